package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.ProblemCode;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptDraft;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.sandbox.WireShape;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Receipts as providers write them, and everything a forger may do to them: parser and trust together let none of it pass for proof. */
class ForgedReceiptTest {
    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
    private static final String OURS = "<ours@sender.example>";
    private static final String THEIRS = "<theirs@sender.example>";
    private static final int CHANGED_BYTES = 300;

    private static final Map<WireShape, PecSandbox> SANDBOXES = new EnumMap<>(WireShape.class);

    @BeforeAll
    static void start() {
        for (WireShape shape : WireShape.values()) {
            SANDBOXES.put(
                    shape,
                    PecSandbox.builder()
                            .shape(shape)
                            .clock(InstantSource.fixed(NOW))
                            .manual()
                            .start());
        }
    }

    @AfterAll
    static void stop() {
        SANDBOXES.values().forEach(PecSandbox::close);
    }

    private static ReceiptDraft draft(WireShape shape, ReceiptType type, String messageId) {
        return SANDBOXES.get(shape).draft(type).messageId(messageId).time(NOW);
    }

    private static ReceiptDraft delivery(WireShape shape) {
        return draft(shape, ReceiptType.AVVENUTA_CONSEGNA, OURS);
    }

    private static PecMail parsed(WireShape shape, byte[] mail) {
        return parsed(shape, mail, NOW);
    }

    private static PecMail parsed(WireShape shape, byte[] mail, Instant now) {
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(SANDBOXES.get(shape).receiptCa())
                .clock(InstantSource.fixed(now))
                .build();
        return PecReceiptParser.builder()
                .signatureVerifier(trust.verifier())
                .opaqueContent(trust.opaqueContent())
                .build()
                .parse(mail);
    }

    private static boolean isProof(PecMail mail) {
        return mail instanceof CertifiedReceipt receipt && receipt.isProof();
    }

    private static String text(byte[] mail) {
        return new String(mail, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String mail) {
        return mail.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void theGenuineReceiptIsProof(WireShape shape) {
        assertThat(isProof(parsed(shape, delivery(shape).toBytes()))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"STRANGER, UNTRUSTED", "OTHER_PROVIDER, UNTRUSTED", "BROKEN, INVALID", "NONE, UNSIGNED"})
    void aReceiptWithAnothersSignatureIsNoProof(DraftSignature whose, Verdict verdict) {
        for (WireShape shape : WireShape.values()) {
            PecMail mail = parsed(shape, delivery(shape).signature(whose).toBytes());

            assertThat(mail.signature().verdict()).isEqualTo(verdict);
            assertThat(isProof(mail)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aReceiptSignedAfterTheCertificateExpiredIsNoProof(WireShape shape) {
        Instant late = Instant.parse("2060-01-01T00:00:00Z");
        PecMail mail = parsed(shape, delivery(shape).time(late).toBytes(), late.plusSeconds(60));

        assertThat(mail.signature().verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(isProof(mail)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aReceiptWithOneSignedByteChangedIsNoProof(WireShape shape) {
        byte[] genuine = delivery(shape).toBytes();
        int[] part = signedPart(genuine);
        Random random = new Random(7);
        List<Integer> unnoticed = new ArrayList<>();
        for (int i = 0; i < CHANGED_BYTES; i++) {
            byte[] changed = genuine.clone();
            int offset = part[0] + random.nextInt(part[1] - part[0]);
            // A carriage return that is lost is put back when the content is brought into its canonical form.
            if (changed[offset] != '\r') {
                changed[offset] ^= (byte) (1 + random.nextInt(255));
                if (isProof(parsed(shape, changed))) {
                    unnoticed.add(offset);
                }
            }
        }
        assertThat(unnoticed).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aReceiptThatWasWrittenAnewIsNoProof(WireShape shape) throws MessagingException, IOException {
        MimeMessage message = new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(delivery(shape).toBytes()));
        MimeMultipart signed = (MimeMultipart) message.getContent();
        Multipart content = (Multipart) signed.getBodyPart(0).getContent();
        MimeMultipart written = new MimeMultipart("mixed");
        for (int i = 0; i < content.getCount(); i++) {
            written.addBodyPart(content.getBodyPart(i));
        }
        MimeBodyPart replaced = new MimeBodyPart();
        replaced.setContent(written);
        signed.removeBodyPart(0);
        signed.addBodyPart(replaced, 0);
        message.setContent(signed, message.getContentType());
        message.saveChanges();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message.writeTo(out);

        assertThat(isProof(parsed(shape, out.toByteArray()))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aReceiptThatWasWrappedAgainIsNoProof(WireShape shape) {
        String genuine = text(delivery(shape).toBytes());
        int body = genuine.indexOf("\r\n\r\n") + 4;
        String header = genuine.substring(0, body - 2);
        Matcher type =
                Pattern.compile("(?im)^Content-Type:.*(\r\n[ \t].*)*\r\n").matcher(header);
        assertThat(type.find()).isTrue();
        String wrapped = type.replaceFirst("Content-Type: multipart/mixed; boundary=outer\r\n")
                + "\r\n--outer\r\n" + type.group() + "\r\n" + genuine.substring(body)
                + "\r\n--outer\r\nContent-Type: text/plain\r\n\r\nfooter of a mailing list\r\n--outer--\r\n";

        assertThat(isProof(parsed(shape, bytes(wrapped)))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aDaticertFromAnotherGenuineReceiptIsNoProof(WireShape shape) {
        String[] other = new String[1];
        byte[] genuine = draft(shape, ReceiptType.AVVENUTA_CONSEGNA, THEIRS)
                .daticert(xml -> other[0] = xml)
                .toBytes();
        assertThat(isProof(parsed(shape, genuine))).isTrue();

        PecMail swapped = parsed(
                shape, delivery(shape).daticertAfterSigning(xml -> other[0]).toBytes());

        assertThat(swapped.signature().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(isProof(swapped)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aSignatureFromAnotherGenuineReceiptIsNoProof(WireShape shape) {
        byte[] one = delivery(shape).toBytes();
        byte[] two = draft(shape, ReceiptType.AVVENUTA_CONSEGNA, THEIRS).toBytes();
        Pattern signature = Pattern.compile("MI[A-Za-z0-9+/\r\n]{500,}={0,2}");
        Matcher donor = signature.matcher(text(two).substring(signedPart(two)[1]));
        assertThat(donor.find()).isTrue();
        int end = signedPart(one)[1];
        Matcher victim = signature.matcher(text(one).substring(end));

        String forged = text(one).substring(0, end) + victim.replaceFirst(Matcher.quoteReplacement(donor.group()));

        assertThat(isProof(parsed(shape, bytes(forged)))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Riferimento-Message-ID | <ours@sender.example>",
                "X-Ricevuta               | accettazione",
                "X-Ricevuta               | errore-consegna",
                "From                     | posta-certificata@altro-gestore.example",
                "From                     | acme@sender.example",
                "X-Trasporto              | posta-certificata"
            })
    void aReplayedReceiptWithEditedHeadersIsNoProof(String header, String value) {
        for (WireShape shape : WireShape.values()) {
            PecMail mail = parsed(
                    shape,
                    draft(shape, ReceiptType.AVVENUTA_CONSEGNA, THEIRS)
                            .header(header, value)
                            .toBytes());

            assertThat(isProof(mail)).as(header + ": " + value).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void aReplayedReceiptSaysWhichMessageItIsAbout(WireShape shape) {
        PecMail mail = parsed(
                shape,
                draft(shape, ReceiptType.AVVENUTA_CONSEGNA, THEIRS)
                        .header("X-Riferimento-Message-ID", OURS)
                        .toBytes());

        assertThat(mail.signature().verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(mail.hasProblem(ProblemCode.HEADER_DATICERT_MISMATCH)).isTrue();
        assertThat(mail)
                .isInstanceOfSatisfying(
                        CertifiedReceipt.class,
                        receipt -> assertThat(receipt.originalMessageId()).contains(THEIRS));
    }

    /** Returns where the signed part begins and ends. */
    private static int[] signedPart(byte[] mail) {
        String text = text(mail);
        Matcher boundary = Pattern.compile("(?is)Content-Type:\\s*multipart/signed.*?boundary=\"?([^\";\r\n]+)")
                .matcher(text);
        assertThat(boundary.find()).isTrue();
        String delimiter = "\r\n--" + boundary.group(1) + "\r\n";
        int start = text.indexOf(delimiter) + delimiter.length();
        int end = text.indexOf(delimiter, start);
        assertThat(end).isGreaterThan(start);
        return new int[] {start, end};
    }
}
