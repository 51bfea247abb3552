package io.github.pecmailproxy.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostMimeTest {
    private static final MailAccount PEC = MailAccount.pec("pec")
            .smtps("smtp.example.it", 465)
            .imaps("imap.example.it", 993)
            .credentials("studio@pec.example.it", "pa55word")
            .build();

    private static final MailAccount ORDINARY = MailAccount.ordinary("ordinary")
            .smtps("smtp.example.it", 465)
            .credentials("studio@example.it", "pa55word")
            .build();

    private static final String HEADER = """
            From: Studio <studio@pec.example.it>
            To: comune@pec.example.org,
             "Rossi, Mario" <MARIO@pec.example.org>
            Cc: altri@pec.example.org
            Subject: =?UTF-8?B?UGVyY2jDqA==?=
            """;

    @TempDir
    Path spool;

    private ComposedMessage compose(String mime, MailAccount account) {
        return compose(mime.getBytes(StandardCharsets.ISO_8859_1), message(), account);
    }

    private ComposedMessage compose(byte[] mime, OutgoingMessage.Builder message, MailAccount account) {
        return composer()
                .compose(message.mime(() -> new ByteArrayInputStream(mime)).build(), account);
    }

    private MessageComposer composer() {
        return new MessageComposer(
                "store0123456789ab",
                new ComposerSettings("X-Genro-Mail-ID", spool, 1000),
                InstantSource.fixed(Instant.parse("2026-11-23T09:05:07Z")),
                new Random(1));
    }

    private static OutgoingMessage.Builder message() {
        return OutgoingMessage.builder()
                .id("m-1")
                .account("pec")
                .from("studio@pec.example.it")
                .to("comune@pec.example.org", "mario@pec.example.org")
                .cc("altri@pec.example.org");
    }

    @Test
    void takesAMessageOfJakartaMailAsItIsWhenItIsHandedOver() throws Exception {
        MimeMessage built = new MimeMessage((Session) null);
        built.setFrom("studio@pec.example.it");
        built.setRecipients(Message.RecipientType.TO, "comune@pec.example.org, mario@pec.example.org");
        built.setRecipients(Message.RecipientType.CC, "altri@pec.example.org");
        built.setSubject("Perch\u00e9", "utf-8");
        MimeBodyPart text = new MimeBodyPart();
        text.setText("Perch\u00e9 no?", "utf-8");
        MimeBodyPart attachment = new MimeBodyPart();
        attachment.setContent(new byte[] {0, 1, 2, -1}, "application/octet-stream");
        attachment.setFileName("citt\u00e0.bin");
        built.setContent(new MimeMultipart(text, attachment));
        OutgoingMessage message = message().mime(built).build();
        ByteArrayOutputStream asItIs = new ByteArrayOutputStream();
        built.writeTo(asItIs, new String[] {"Message-ID"});
        built.setSubject("something else");

        String sent;
        try (ComposedMessage composed = composer().compose(message, PEC)) {
            sent = MessageComposerTest.text(composed);
        }

        String expected = asItIs.toString(StandardCharsets.ISO_8859_1);
        assertThat(sent).endsWith(expected.substring(expected.indexOf("\r\n\r\n")));
        assertThat(sent)
                .contains("Subject: =?utf-8?")
                .doesNotContain("something else")
                .doesNotContain(built.getMessageID());
    }

    @Test
    void saysThatAMessageOfJakartaMailCannotBeWritten() {
        MimeMessage empty = new MimeMessage((Session) null);
        assertThatThrownBy(() -> message().mime(empty))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("mime")
                .hasMessageContaining("cannot be written");
    }

    @Test
    void replacesWhatIsOursToSetAndKeepsEverythingElseByteForByte() {
        String kept = "X-Odd :  two  blanks\r\n\tand a tab \r\n" + HEADER.replace("\n", "\r\n")
                + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n";
        String body = "caf\u00e9 \r\n.\r\n\r\n--x\r\n\t \r\nend";
        String mime = "Message-ID: <host@example.it>\r\nBcc:\r\nX-GENRO-MAIL-ID: forged\r\n"
                + "Return-Path: <x@y>\r\nmessage-id:\r\n <again@example.it>\r\n" + kept + "\r\n" + body;

        try (ComposedMessage composed = compose(mime, PEC)) {
            assertThat(MessageComposerTest.text(composed))
                    .isEqualTo("Message-ID: " + composed.messageId() + "\r\n"
                            + "Date: Mon, 23 Nov 2026 09:05:07 +0000\r\n"
                            + "X-Genro-Mail-ID: m-1\r\n"
                            + kept
                            + "\r\n"
                            + body
                            + "\r\n");
            assertThat(composed.subject()).isEqualTo("Perchè");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void makesEveryLineEndCrlf(String lineEnd) {
        String mime = (HEADER + "\nline one\n\nline three\n").replace("\n", lineEnd);

        try (ComposedMessage composed = compose(mime, PEC)) {
            String text = MessageComposerTest.text(composed);
            assertThat(text).endsWith("\r\n\r\nline one\r\n\r\nline three\r\n");
            assertThat(text.replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
        }
    }

    @Test
    void findsLineEndsThatTwoReadsTear() {
        byte[] mime = (HEADER + "\n").replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] large = new byte[mime.length + 200_000];
        System.arraycopy(mime, 0, large, 0, mime.length);
        for (int i = mime.length; i < large.length; i++) {
            int column = (i - mime.length) % 77;
            large[i] = (byte) (column == 75 ? '\r' : column == 76 ? '\n' : 'a' + column % 26);
        }
        try (ComposedMessage composed = compose(large, message(), PEC)) {
            String text = MessageComposerTest.text(composed);
            String body = new String(large, mime.length, 200_000, StandardCharsets.ISO_8859_1);
            assertThat(text.substring(text.indexOf("\r\n\r\n") + 4)).isEqualTo(body + "\r\n");
        }
    }

    @Test
    void keepsADateThatIsThere() {
        try (ComposedMessage composed = compose("Date: Tue, 1 Sep 2026 10:00:00 +0200\n" + HEADER + "\nx", PEC)) {
            assertThat(MessageComposerTest.text(composed))
                    .contains("Date: Tue, 1 Sep")
                    .doesNotContain("23 Nov");
        }
    }

    @Test
    void setsTheReceiptFormatOnce() {
        byte[] without = (HEADER + "\nx").getBytes(StandardCharsets.US_ASCII);
        byte[] with = ("x-tiporicevuta: Breve\n" + HEADER + "\nx").getBytes(StandardCharsets.US_ASCII);

        try (ComposedMessage added = compose(without, message().receiptFormat(ReceiptFormat.BREVE), PEC);
                ComposedMessage kept = compose(with, message().receiptFormat(ReceiptFormat.BREVE), PEC)) {
            assertThat(MessageComposerTest.text(added)).contains("X-TipoRicevuta: breve\r\n");
            assertThat(MessageComposerTest.text(kept))
                    .contains("x-tiporicevuta: Breve\r\n")
                    .doesNotContain("X-TipoRicevuta");
        }
        assertRefused(with, message().receiptFormat(ReceiptFormat.COMPLETA), PEC, "receipt_format");
    }

    @Test
    void readsTheWholeMessageForItsFingerprint() {
        try (ComposedMessage one = compose(HEADER + "\nx", PEC);
                ComposedMessage same = compose(HEADER + "\nx", PEC);
                ComposedMessage other = compose(HEADER + "\ny", PEC);
                ComposedMessage otherLineEnd = compose(HEADER + "\nx\n", PEC)) {
            assertThat(one.fingerprint()).isEqualTo(same.fingerprint());
            assertThat(one.fingerprint()).isNotEqualTo(other.fingerprint());
            assertThat(one.fingerprint()).isNotEqualTo(otherLineEnd.fingerprint());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "X-Trasporto: posta-certificata, mime.X-Trasporto",
        "x-ricevuta: accettazione, mime.x-ricevuta",
        "X-Riferimento-Message-ID: <a@b>, mime.X-Riferimento-Message-ID",
        "X-TipoRicevuta: lunga, mime.X-TipoRicevuta",
        "Subject: again, mime.Subject",
        "From: studio@pec.example.it, mime.From",
        "To: comune@pec.example.org, mime.To",
        "Sender: other@pec.example.it, mime.Sender",
        "Bcc: hidden@pec.example.org, mime.Bcc",
        "bcc: hidden: ;, mime.bcc",
        "Resent-To: x@example.org, mime.resent-to",
        "no field at all, mime"
    })
    void refusesHeaders(String line, String field) {
        assertRefused((line + "\n" + HEADER + "\nx").getBytes(StandardCharsets.ISO_8859_1), message(), PEC, field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "To: comune@pec.example.org, | To: | mime.To",
                " <MARIO@pec.example.org> | , third@pec.example.org | mime.To",
                "Cc: altri | Cc: somebody | mime.Cc",
                "From: Studio | From: other@pec.example.it, | mime.From",
                "<studio@pec.example.it> | <other@pec.example.it> | mime.From",
                "Cc: altri@pec.example.org | Cc: group: altri@pec.example.org; | mime.Cc",
                "Cc: altri@pec.example.org | Cc: <<broken | mime.Cc"
            })
    void refusesCertifiedMailWhoseHeadersDisagreeWithTheRecipientsGiven(String part, String changed, String field) {
        String header = HEADER.replace(part.strip(), changed.strip());
        assertThat(header).isNotEqualTo(HEADER);

        assertRefused((header + "\nx").getBytes(StandardCharsets.ISO_8859_1), message(), PEC, field);
    }

    @Test
    void leavesTheHeadersOfOrdinaryMailToTheHost() {
        OutgoingMessage.Builder message = OutgoingMessage.builder()
                .id("m-1")
                .account("ordinary")
                .from("studio@example.it")
                .bcc("hidden@example.org");
        byte[] mime = "From: Anybody <any@example.it>\nBcc: hidden@example.org\nTo: list: ;\n\nx"
                .getBytes(StandardCharsets.US_ASCII);

        try (ComposedMessage composed = compose(mime, message, ORDINARY)) {
            assertThat(MessageComposerTest.text(composed))
                    .contains("To: list: ;")
                    .doesNotContain("hidden");
        }
    }

    @Test
    void leavesNothingBehindWhenTheMessageCannotBeReadToItsEnd() throws IOException {
        byte[] beginning = (HEADER + "\n" + "line\n".repeat(10_000)).getBytes(StandardCharsets.US_ASCII);
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        OutgoingMessage message = message()
                .mime(() -> {
                    opened.incrementAndGet();
                    return new SequenceInputStream(new ByteArrayInputStream(beginning), new BrokenStream() {
                        @Override
                        public void close() {
                            closed.incrementAndGet();
                        }
                    });
                })
                .build();

        assertThatThrownBy(() -> composer().compose(message, PEC).close())
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("mime: cannot be read")
                .hasMessageContaining("disk on fire");
        assertThat(opened).hasValue(1);
        assertThat(closed).hasValue(1);
        try (Stream<Path> files = Files.list(spool)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void refusesWhatCannotBeSentAsItIs() {
        assertRefused(("x".repeat(10) + "\n\nbody").getBytes(StandardCharsets.US_ASCII), message(), PEC, "mime");
        assertRefused(new byte[0], message(), PEC, "mime.From");
        assertRefused((" folded\n" + HEADER + "\nx").getBytes(StandardCharsets.US_ASCII), message(), PEC, "mime");
        assertRefused(
                ("X-A: caf\u00e9\n" + HEADER + "\nx").getBytes(StandardCharsets.ISO_8859_1), message(), PEC, "mime");
        assertRefused((HEADER + "\n" + "x".repeat(999)).getBytes(StandardCharsets.US_ASCII), message(), PEC, "mime");
        assertRefused(
                ("X-A: x\n".repeat(60_000) + HEADER + "\nx").getBytes(StandardCharsets.US_ASCII),
                message(),
                PEC,
                "mime");
    }

    private void assertRefused(byte[] mime, OutgoingMessage.Builder message, MailAccount account, String field) {
        assertThatThrownBy(() -> compose(mime, message, account).close())
                .isInstanceOfSatisfying(
                        InvalidValueException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }
}
