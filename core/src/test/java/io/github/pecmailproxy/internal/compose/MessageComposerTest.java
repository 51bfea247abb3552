package io.github.pecmailproxy.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.ContentSource;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MailAddress;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.store.StoredContent;
import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageComposerTest {
    private static final Instant NOW = Instant.parse("2026-11-23T09:05:07Z");
    private static final int MEMORY_LIMIT = 10_000;

    private static final MailAccount PEC = MailAccount.pec("pec")
            .smtps("smtp.example.it", 465)
            .imaps("imap.example.it", 993)
            .credentials("studio@pec.example.it", "pa55word")
            .maxTotalSize(200_000)
            .build();

    private static final MailAccount ORDINARY = MailAccount.ordinary("ordinary")
            .smtps("smtp.example.it", 465)
            .credentials("studio@example.it", "pa55word")
            .build();

    @TempDir
    Path spool;

    private MessageComposer composer() {
        return composer(new Random(1));
    }

    private MessageComposer composer(Random random) {
        return new MessageComposer(
                "store0123456789ab",
                new ComposerSettings("X-Genro-Mail-ID", spool, MEMORY_LIMIT),
                InstantSource.fixed(NOW),
                random);
    }

    private static OutgoingMessage.Builder toPec() {
        return OutgoingMessage.builder()
                .id("m-1")
                .account("pec")
                .from("studio@pec.example.it")
                .to("comune@pec.example.org");
    }

    private static OutgoingMessage.Builder toOrdinary() {
        return OutgoingMessage.builder()
                .id("m-1")
                .account("ordinary")
                .from("studio@example.it")
                .to("comune@example.org");
    }

    // ------------------------------------------------------------------------------------------------- headers

    @Test
    void writesTheHeadersThatAreItsOwn() throws Exception {
        try (ComposedMessage composed = composer()
                .compose(
                        toPec().subject("Atto")
                                .text("Testo")
                                .receiptFormat(ReceiptFormat.BREVE)
                                .build(),
                        PEC)) {
            MimeMessage read = parse(composed);

            assertThat(read.getHeader("Message-ID")).containsExactly(composed.messageId());
            assertThat(composed.messageId()).matches("<pmp1\\.[a-z2-7]{26}\\.[a-z2-7]{16}@pec\\.example\\.it>");
            assertThat(read.getHeader("Date")).containsExactly("Mon, 23 Nov 2026 09:05:07 +0000");
            assertThat(read.getHeader("X-TipoRicevuta")).containsExactly("breve");
            assertThat(read.getHeader("X-Genro-Mail-ID")).containsExactly("m-1");
            assertThat(read.getHeader("MIME-Version")).containsExactly("1.0");
            assertThat(read.getFrom()).containsExactly(new InternetAddress("studio@pec.example.it"));
            assertThat(read.getSubject()).isEqualTo("Atto");
            assertThat(read.getHeader("X-Trasporto")).isNull();
            assertThat(composed.envelopeFrom()).isEqualTo("studio@pec.example.it");
            assertThat(composed.recipients())
                    .containsExactly(RecipientStatus.pending("comune@pec.example.org", RecipientRole.TO));
            assertThat(composed.subject()).isEqualTo("Atto");
        }
    }

    @Test
    void recognisesTheMessageIdsOfItsStoreAndOfNoOther() {
        MessageComposer composer = composer();
        ProxyMessageIds others = new ProxyMessageIds("store-of-others", new Random(2));
        String id = composer.messageIds().create("example.it");

        assertThat(composer.messageIds().isOurs(id)).isTrue();
        assertThat(composer.messageIds().isOurs(id.substring(1, id.length() - 1)))
                .isTrue();
        assertThat(composer.messageIds().isOurs(" " + id + "\r\n")).isTrue();
        assertThat(others.isOurs(id)).isFalse();
        assertThat(composer.messageIds().isOurs(others.create("example.it"))).isFalse();
        assertThat(composer.messageIds().isOurs("<4711@example.it>")).isFalse();
        assertThat(composer.messageIds().isOurs("")).isFalse();
        char changed = id.charAt(8) == 'a' ? 'b' : 'a';
        assertThat(composer.messageIds().isOurs(id.substring(0, 8) + changed + id.substring(9)))
                .isFalse();
    }

    @Test
    void givesEachMessageTheReversePathOfItsAccountsPattern() throws Exception {
        MailAccount account = ordinary("Bounce+{token}@rimbalzi.example.it");
        MessageComposer composer = composer();
        try (ComposedMessage first = composer.compose(toOrdinary().build(), account);
                ComposedMessage second = composer.compose(toOrdinary().build(), account)) {
            String path = first.envelopeFrom();
            assertThat(path).matches("Bounce\\+[a-z2-7]{26}\\.[a-z2-7]{16}@rimbalzi\\.example\\.it");
            assertThat(path).isNotEqualTo(second.envelopeFrom());
            assertThat(MailAddress.of(path).address()).isEqualTo(path);
            assertThat(path).hasSize("Bounce+@rimbalzi.example.it".length() + MailAccount.RETURN_PATH_TOKEN_LENGTH);
            assertThat(parse(first).getFrom()).containsExactly(new InternetAddress("studio@example.it"));

            ProxyMessageIds ids = composer.messageIds();
            assertThat(ids.ofReturnPath(path)).contains(first.messageId());
            assertThat(ids.ofReturnPath(path.toUpperCase(Locale.ROOT))).contains(first.messageId());
            assertThat(first.fingerprint()).isEqualTo(second.fingerprint());
        }
    }

    @Test
    void recognisesNoReversePathThatNamesNoMessageOfItsStore() {
        ProxyMessageIds ids = composer().messageIds();
        String id = ids.create("example.it");
        String path = ProxyMessageIds.returnPath("{token}@example.it", id);
        char changed = path.charAt(3) == 'a' ? 'b' : 'a';

        assertThat(ids.ofReturnPath(path)).contains(id);
        assertThat(ids.ofReturnPath("bounces" + path)).contains(id);
        assertThat(ids.ofReturnPath(ProxyMessageIds.returnPath("a{token}a7.b@example.it", id)))
                .contains(id);
        assertThat(ids.ofReturnPath(path.substring(0, 3) + changed + path.substring(4)))
                .isEmpty();
        assertThat(new ProxyMessageIds("store-of-others", new Random(2)).ofReturnPath(path))
                .isEmpty();
        assertThat(ids.ofReturnPath("studio@example.it")).isEmpty();
        assertThat(ids.ofReturnPath("")).isEmpty();
    }

    @Test
    void messageWithAReversePathOfItsOwnKeepsIt() {
        MailAccount account = ordinary("bounce+{token}@rimbalzi.example.it");
        try (ComposedMessage composed =
                composer().compose(toOrdinary().returnPath("altri@example.it").build(), account)) {
            assertThat(composed.envelopeFrom()).isEqualTo("altri@example.it");
            assertThat(composed.messageId()).endsWith("@example.it>");
        }
    }

    private static MailAccount ordinary(String returnPath) {
        return MailAccount.ordinary("ordinary")
                .smtps("smtp.example.it", 465)
                .credentials("studio@example.it", "pa55word")
                .returnPath(returnPath)
                .build();
    }

    @Test
    void neverMakesAMessageIdTwice() {
        ProxyMessageIds ids = composer().messageIds();
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            made.add(ids.create("example.it"));
        }

        assertThat(made).hasSize(10_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Oggetto",
                "Perché è così? Un'offerta da 1.000 €",
                "日本語の件名",
                "𝄞 music 🎻 and a family 👩‍👩‍👧‍👦",
                " leading and trailing ",
                "two  blanks   and four    blanks",
                "looks like =?UTF-8?Q?an_encoded_word?=",
                "ünï x",
                "a:b; c, <d> (e) \"f\" \\g"
            })
    void keepsEveryCharacterOfASubject(String subject) throws Exception {
        try (ComposedMessage composed =
                composer().compose(toPec().subject(subject).build(), PEC)) {
            MimeMessage read = parse(composed);

            assertThat(read.getSubject() == null ? "" : read.getSubject()).isEqualTo(subject);
            assertThat(header(composed)).isASCII();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x ", "è", "日本", "word è ", "𝄞"})
    void foldsLongHeadersWithoutChangingThem(String piece) throws Exception {
        String value = ("begin " + piece.repeat(400) + " end");
        OutgoingMessage message = toPec().subject(value)
                .header("X-Long", value)
                .from("\"" + piece.repeat(40) + "\" <studio@pec.example.it>")
                .build();
        try (ComposedMessage composed = composer().compose(message, PEC)) {
            MimeMessage read = parse(composed);

            assertThat(read.getSubject()).isEqualTo(value);
            assertThat(MimeUtility.decodeText(MimeUtility.unfold(read.getHeader("X-Long")[0])))
                    .isEqualTo(value);
            assertThat(((InternetAddress) read.getFrom()[0]).getPersonal())
                    .isEqualTo(piece.repeat(40).strip());
            assertThat(header(composed).lines()).allMatch(line -> line.length() <= 998);
            assertThat(header(composed).lines().filter(line -> line.contains("=?")))
                    .allMatch(line -> line.length() <= 78);
        }
    }

    @Test
    void writesAThousandRecipientsWithNames() throws Exception {
        OutgoingMessage.Builder message = toOrdinary();
        for (int i = 0; i < 1000; i++) {
            message.cc(
                    (i % 2 == 0 ? "Città di Niscemi n. " : "Rossi, Mario (Studio) ") + i + " <r" + i + "@example.org>");
        }
        try (ComposedMessage composed = composer().compose(message.build(), ORDINARY)) {
            InternetAddress[] read = (InternetAddress[]) parse(composed).getRecipients(Message.RecipientType.CC);

            assertThat(read).hasSize(1000);
            assertThat(read[10].getPersonal()).isEqualTo("Città di Niscemi n. 10");
            assertThat(read[11].getPersonal()).isEqualTo("Rossi, Mario (Studio) 11");
            assertThat(read[999].getAddress()).isEqualTo("r999@example.org");
            assertThat(header(composed).lines()).allMatch(line -> line.length() <= 78);
        }
    }

    @Test
    void writesInternationalDomainsInAscii() throws Exception {
        try (ComposedMessage composed = composer()
                .compose(
                        toOrdinary()
                                .from("Caffè <info@caffè.example>")
                                .to("x@münchen.example")
                                .build(),
                        ORDINARY)) {
            assertThat(parse(composed).getFrom()[0].toString()).contains("info@xn--caff-8oa.example");
            assertThat(composed.recipients())
                    .extracting(RecipientStatus::address)
                    .contains("x@xn--mnchen-3ya.example");
            assertThat(composed.messageId()).endsWith("@xn--caff-8oa.example>");
        }
    }

    @Test
    void writesReplyToAndAdditionalHeaders() throws Exception {
        try (ComposedMessage composed = composer()
                .compose(
                        toOrdinary()
                                .replyTo("Segreteria <s@example.it>", "t@example.it")
                                .header("X-Pratica", "2026/117 – urgente")
                                .header("List-Unsubscribe", "<https://example.it/u?x=1>")
                                .build(),
                        ORDINARY)) {
            MimeMessage read = parse(composed);

            assertThat(read.getReplyTo()).hasSize(2);
            assertThat(MimeUtility.decodeText(read.getHeader("X-Pratica")[0])).isEqualTo("2026/117 – urgente");
            assertThat(read.getHeader("List-Unsubscribe")).containsExactly("<https://example.it/u?x=1>");
        }
    }

    // --------------------------------------------------------------------------------------------------- bodies

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "One line",
                "One line\n",
                "Unix\nline\nends\n",
                "Old\rMac",
                "Trailing blank \nand tab\t\n",
                "From here\n.\n..dots\n",
                "Perché è così: 100 % = cento\n",
                "日本語の本文です。\n二行目\n",
                "nul \u0000 and bell \u0007",
                "\n\n\n",
                "= at the end ="
            })
    void keepsEveryCharacterOfAText(String text) throws Exception {
        String expected = text.replace("\r\n", "\n").replace("\r", "\n");
        try (ComposedMessage composed =
                composer().compose(toPec().text(text).html(text).build(), PEC)) {
            MimeMultipart alternatives = (MimeMultipart) parse(composed).getContent();

            assertThat(alternatives.getContentType()).startsWith("multipart/alternative");
            assertThat(normalised(alternatives.getBodyPart(0).getContent())).isEqualTo(expected);
            assertThat(alternatives.getBodyPart(0).isMimeType("text/plain")).isTrue();
            assertThat(normalised(alternatives.getBodyPart(1).getContent())).isEqualTo(expected);
            assertThat(alternatives.getBodyPart(1).isMimeType("text/html")).isTrue();
            assertWireReady(composed);
        }
    }

    @Test
    void writesVeryLongLinesAsShortOnes() throws Exception {
        String text = "x".repeat(5000) + "\n" + "è".repeat(3000);
        try (ComposedMessage composed = composer().compose(toPec().text(text).build(), PEC)) {
            assertThat(normalised(parse(composed).getContent()).stripTrailing()).isEqualTo(text);
            assertWireReady(composed);
            assertThat(text(composed).lines()).allMatch(line -> line.length() <= 78);
        }
    }

    @Test
    void putsTextsImagesAndAttachmentsWhereReadersLookForThem() throws Exception {
        byte[] image = bytes(3000);
        byte[] document = bytes(5001);
        OutgoingMessage message = toPec().text("Testo")
                .html("<img src=\"cid:logo@x\">")
                .attach(
                        Attachment.of("logo.png", "image/png", image).inline("logo@x"),
                        Attachment.of("perché no.pdf", "application/pdf", document),
                        Attachment.of("b.csv", "text/csv; charset=utf-8", "è;1\r\n".getBytes(StandardCharsets.UTF_8)))
                .build();
        try (ComposedMessage composed = composer().compose(message, PEC)) {
            MimeMultipart mixed = (MimeMultipart) parse(composed).getContent();
            MimeMultipart alternative = (MimeMultipart) mixed.getBodyPart(0).getContent();
            MimeMultipart related = (MimeMultipart) alternative.getBodyPart(1).getContent();

            assertThat(mixed.getCount()).isEqualTo(3);
            assertThat(alternative.getBodyPart(0).getContent()).isEqualTo("Testo");
            assertThat(related.getContentType()).contains("type=\"text/html\"");
            assertThat(related.getBodyPart(1).getHeader("Content-ID")).containsExactly("<logo@x>");
            assertThat(related.getBodyPart(1).getDisposition()).isEqualTo("inline");
            assertThat(content(related.getBodyPart(1))).isEqualTo(image);
            assertThat(mixed.getBodyPart(1).getFileName()).isEqualTo("perché no.pdf");
            assertThat(mixed.getBodyPart(1).getDisposition()).isEqualTo("attachment");
            assertThat(content(mixed.getBodyPart(1))).isEqualTo(document);
            assertThat(mixed.getBodyPart(2).getContentType()).contains("charset=utf-8");
            assertWireReady(composed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.pdf", "a \"quoted\".pdf", "è.pdf", "semi;colon='x'*%41.pdf", "日本語のとても長いファイル名", "𝄞.mid"})
    void keepsEveryCharacterOfAFileName(String name) throws Exception {
        for (String fileName : List.of(name, (name.replace(".", "") + "-").repeat(7) + ".pdf")) {
            OutgoingMessage message = toPec().attach(Attachment.of(fileName, "application/pdf", new byte[] {1}))
                    .build();
            try (ComposedMessage composed = composer().compose(message, PEC)) {
                MimeMultipart mixed = (MimeMultipart) parse(composed).getContent();

                assertThat(mixed.getBodyPart(0).getFileName()).isEqualTo(fileName);
                assertWireReady(composed);
            }
        }
    }

    @Test
    void sendsAnAttachedMailByteForByte() throws Exception {
        byte[] mail = "From: a@b\nSubject: x\n\nsigned \u00e8\n".getBytes(StandardCharsets.ISO_8859_1);
        OutgoingMessage message = toPec().attach(Attachment.of("ricevuta.eml", "message/rfc822", mail))
                .build();
        try (ComposedMessage composed = composer().compose(message, PEC)) {
            BodyPart part = ((MimeMultipart) parse(composed).getContent()).getBodyPart(0);

            assertThat(content(part)).isEqualTo(mail);
            assertThat(part.getFileName()).isEqualTo("ricevuta.eml");
        }
    }

    @Test
    void readsEachAttachmentOnceAndClosesIt() {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        ContentSource source = () -> {
            opened.incrementAndGet();
            return new ByteArrayInputStream(bytes(100)) {
                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        };
        composer()
                .compose(
                        toPec().attach(Attachment.of("a.bin", "application/octet-stream", source))
                                .build(),
                        PEC)
                .close();

        assertThat(opened).hasValue(1);
        assertThat(closed).hasValue(1);
    }

    // ------------------------------------------------------------------------------------------------- content

    @Test
    void tellsSizeAndHashOfWhatItWrote() throws Exception {
        for (int size : List.of(10, MEMORY_LIMIT * 3)) {
            OutgoingMessage message = toPec().attach(Attachment.of("a.bin", "application/octet-stream", bytes(size)))
                    .build();
            try (ComposedMessage composed = composer().compose(message, PEC)) {
                byte[] first = read(composed.content());
                byte[] second = read(composed.content());

                assertThat(first).isEqualTo(second);
                assertThat(composed.content().size()).isEqualTo(first.length);
                assertThat(composed.content().sha256())
                        .isEqualTo(HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(first)));
            }
        }
    }

    @Test
    void leavesNoFileBehind() throws Exception {
        OutgoingMessage message = toPec().attach(
                        Attachment.of("a.bin", "application/octet-stream", bytes(MEMORY_LIMIT * 3)))
                .build();
        ComposedMessage composed = composer().compose(message, PEC);
        StoredContent content = composed.content();
        assertThat(read(content)).hasSizeGreaterThan(MEMORY_LIMIT * 3);
        composed.close();

        assertThatThrownBy(() -> read(content)).hasCauseInstanceOf(IOException.class);
        assertSpoolIsEmpty();
    }

    @Test
    void leavesNothingBehindWhenAnAttachmentCannotBeRead() {
        ContentSource broken =
                () -> new SequenceInputStream(new ByteArrayInputStream(bytes(MEMORY_LIMIT * 3)), new BrokenStream());
        OutgoingMessage message = toPec().attach(
                        Attachment.of("a.bin", "application/octet-stream", new byte[1]),
                        Attachment.of("b.bin", "application/octet-stream", broken))
                .build();

        assertThatThrownBy(() -> composer().compose(message, PEC))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("attachments[1]: cannot be read")
                .hasMessageContaining("disk on fire");
        assertSpoolIsEmpty();
    }

    @Test
    void readsAStreamToItsEndThatNowAndThenGivesNothing() throws Exception {
        ContentSource hesitant = () -> new FilterInputStream(new ByteArrayInputStream(bytes(100))) {
            @Override
            public int read(byte[] into, int offset, int length) {
                return 0;
            }
        };
        OutgoingMessage message = toPec().attach(Attachment.of("a.bin", "application/octet-stream", hesitant))
                .build();
        try (ComposedMessage composed = composer().compose(message, PEC)) {
            BodyPart part = ((MimeMultipart) parse(composed).getContent()).getBodyPart(0);
            assertThat(content(part)).isEqualTo(bytes(100));
        }
    }

    @Test
    void doesNotBlameTheHostForItsOwnSpoolDirectory() {
        MessageComposer composer = new MessageComposer(
                "store0123456789ab",
                new ComposerSettings("X-Genro-Mail-ID", spool.resolve("missing"), 10),
                InstantSource.fixed(NOW));

        assertThatThrownBy(() -> composer.compose(toPec().build(), PEC)).isInstanceOf(UncheckedIOException.class);
    }

    // --------------------------------------------------------------------------------------------- fingerprint

    @Test
    void givesTheSameFingerprintForTheSameMessage() {
        OutgoingMessage.Builder message = everything();
        try (ComposedMessage first = composer(new Random(1)).compose(message.build(), ORDINARY);
                ComposedMessage second = new MessageComposer(
                                "another-store-12",
                                ComposerSettings.defaults(),
                                InstantSource.fixed(NOW.plusSeconds(99)),
                                new Random(2))
                        .compose(everything().build(), ORDINARY)) {
            assertThat(first.fingerprint()).isEqualTo(second.fingerprint()).matches("[0-9a-f]{64}");
            assertThat(first.messageId()).isNotEqualTo(second.messageId());
            assertThat(first.content().sha256()).isNotEqualTo(second.content().sha256());
        }
    }

    @Test
    void givesAnotherFingerprintWhenAnythingDiffers() {
        List<UnaryOperator<OutgoingMessage.Builder>> changes = List.of(
                message -> message,
                message -> message.id("m-2"),
                message -> message.tenant("other"),
                message -> message.account("other"),
                message -> message.from("Studio <studio@example.it>"),
                message -> message.from("altri@example.it"),
                message -> message.to("further@example.org"),
                message -> message.cc("further@example.org"),
                message -> message.bcc("further@example.org"),
                message -> message.replyTo("further@example.org"),
                message -> message.returnPath("further@example.org"),
                message -> message.subject("s2"),
                message -> message.text("t2"),
                message -> message.html("h2"),
                message -> message.header("X-C", "a"),
                message -> message.header("X-B", "a"),
                message -> message.priority(Priority.LOW),
                message -> message.deferUntil(NOW.plusSeconds(1)),
                message -> message.batchCode("b2"),
                message -> message.receiptFormat(ReceiptFormat.SINTETICA),
                message -> message.attach(Attachment.of("a.bin", "application/octet-stream", bytes(10))),
                message -> message.attach(Attachment.of("b.bin", "application/octet-stream", bytes(10))),
                message -> message.attach(Attachment.of("a.bin", "application/pdf", bytes(10))),
                message -> message.attach(Attachment.of("a.bin", "application/octet-stream", bytes(11))),
                message -> message.attach(Attachment.of("a.bin", "application/octet-stream", bytes(10))
                        .inline("i")));
        Set<String> fingerprints = new HashSet<>();
        for (UnaryOperator<OutgoingMessage.Builder> change : changes) {
            try (ComposedMessage composed =
                    composer().compose(change.apply(everything()).build(), ORDINARY)) {
                fingerprints.add(composed.fingerprint());
            }
        }

        assertThat(fingerprints).hasSize(changes.size());
    }

    // ------------------------------------------------------------------------------------------- what is refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Message-ID",
                "date",
                "FROM",
                "To",
                "Cc",
                "Bcc",
                "Subject",
                "Reply-To",
                "Return-Path",
                "Received",
                "MIME-Version",
                "Content-Type",
                "Content-Disposition",
                "X-TipoRicevuta",
                "X-Trasporto",
                "X-Ricevuta",
                "X-Riferimento-Message-ID",
                "x-genro-mail-id",
                "DKIM-Signature",
                "ARC-Seal",
                "Resent-To",
                "Authentication-Results"
            })
    void refusesHeadersThatAreNotTheHostsToSet(String name) {
        assertRefused(toOrdinary().header(name, "x").build(), ORDINARY, "headers." + name);
    }

    @Test
    void refusesHalfACharacter() {
        assertRefused(toOrdinary().subject("half \ud83d").build(), ORDINARY, "subject");
        assertRefused(toOrdinary().text("half \udc00 text").build(), ORDINARY, "text");
        assertRefused(toOrdinary().html("\ud83dx").build(), ORDINARY, "html");
        assertRefused(toOrdinary().header("X-A", "\ud83d").build(), ORDINARY, "headers.X-A");
        assertRefused(toOrdinary().cc("\ud83d <a@b.it>").build(), ORDINARY, "cc[0]");
        assertRefused(
                toOrdinary().attach(Attachment.of("\ud83d", "a/b", new byte[0])).build(),
                ORDINARY,
                "attachments[0].fileName");
    }

    @Test
    void refusesAnInlinePartThatNoHtmlCanShow() {
        assertRefused(
                toOrdinary()
                        .text("x")
                        .attach(Attachment.of("a.png", "image/png", new byte[1]).inline("a"))
                        .build(),
                ORDINARY,
                "attachments[0].contentId");
    }

    @Test
    void refusesWhatAPecProviderWouldRefuse() {
        assertRefused(toPec().bcc("b@example.org").build(), PEC, "bcc");
        assertRefused(
                OutgoingMessage.builder()
                        .id("m")
                        .account("pec")
                        .from("studio@pec.example.it")
                        .cc("c@example.org")
                        .build(),
                PEC,
                "to");
        assertRefused(toPec().from("altri@pec.example.it").build(), PEC, "from");
        assertRefused(toPec().returnPath("altri@pec.example.it").build(), PEC, "return_path");
        assertRefused(toPec().header("sender", "altri@pec.example.it").build(), PEC, "headers.sender");
    }

    @Test
    void takesASenderThatDiffersInCaseOnly() {
        try (ComposedMessage composed = composer()
                .compose(
                        toPec().from("Studio@PEC.example.it")
                                .returnPath("studio@pec.example.it")
                                .build(),
                        PEC)) {
            assertThat(composed.envelopeFrom()).isEqualTo("Studio@pec.example.it");
        }
    }

    @Test
    void refusesMoreBytesTimesRecipientsThanTheAccountAllows() {
        OutgoingMessage.Builder message =
                toPec().attach(Attachment.of("a.bin", "application/octet-stream", bytes(80_000)));
        composer().compose(message.build(), PEC).close();

        assertRefused(message.cc("second@example.org").build(), PEC, "size");
        assertSpoolIsEmpty();
    }

    @Test
    void doesNotReadAnEndlessAttachmentToItsEnd() {
        ContentSource endless = () -> new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Arrays.fill(into, offset, offset + length, (byte) 'x');
                return length;
            }
        };

        assertRefused(
                toPec().attach(Attachment.of("a.bin", "application/octet-stream", endless))
                        .build(),
                PEC,
                "size");
        assertSpoolIsEmpty();
    }

    @Test
    void sendsToEachMailboxOnce() throws Exception {
        try (ComposedMessage composed = composer()
                .compose(
                        toOrdinary()
                                .to("Comune <COMUNE@example.org>", "b@example.org")
                                .cc("B@Example.org", "c@example.org")
                                .bcc("c@example.org", "d@example.org")
                                .build(),
                        ORDINARY)) {
            assertThat(composed.recipients())
                    .extracting(RecipientStatus::address, RecipientStatus::role)
                    .containsExactly(
                            tuple("comune@example.org", RecipientRole.TO),
                            tuple("b@example.org", RecipientRole.TO),
                            tuple("c@example.org", RecipientRole.CC),
                            tuple("d@example.org", RecipientRole.BCC));
            assertThat(parse(composed).getAllRecipients()).hasSize(3);
            assertThat(text(composed)).doesNotContain("d@example.org");
        }
    }

    private void assertRefused(OutgoingMessage message, MailAccount account, String field) {
        assertThatThrownBy(() -> composer().compose(message, account).close())
                .isInstanceOfSatisfying(
                        InvalidValueException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }

    private void assertSpoolIsEmpty() {
        try (Stream<Path> files = Files.list(spool)) {
            assertThat(files).isEmpty();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static OutgoingMessage.Builder everything() {
        return toOrdinary()
                .subject("s")
                .text("t")
                .html("h")
                .header("X-A", "a")
                .batchCode("b")
                .priority(Priority.HIGH)
                .receiptFormat(ReceiptFormat.COMPLETA);
    }

    private static void assertWireReady(ComposedMessage composed) {
        String text = text(composed);
        assertThat(text).isASCII().endsWith("\r\n");
        assertThat(text.replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
        assertThat(text.lines()).allMatch(line -> line.length() <= 998);
    }

    private static String header(ComposedMessage composed) {
        String text = text(composed);
        return text.substring(0, text.indexOf("\r\n\r\n"));
    }

    static String text(ComposedMessage composed) {
        return new String(read(composed.content()), StandardCharsets.ISO_8859_1);
    }

    private static byte[] read(StoredContent content) {
        try (InputStream in = content.open()) {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static MimeMessage parse(ComposedMessage composed) throws IOException, MessagingException {
        try (InputStream in = composed.content().open()) {
            return new MimeMessage(Session.getInstance(new Properties()), in);
        }
    }

    private static byte[] content(BodyPart part) throws IOException, MessagingException {
        try (InputStream in = part.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static String normalised(Object text) {
        return ((String) text).replace("\r\n", "\n");
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
