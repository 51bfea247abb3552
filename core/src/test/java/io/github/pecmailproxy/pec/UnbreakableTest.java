package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Input of every shape, in memory and from a stream: always an answer, the same for both, and within bounds. */
class UnbreakableTest {
    private final PecReceiptParser parser =
            PecReceiptParser.builder().signatureVerifier(new DigestVerifier()).build();
    private final PecReceiptParser streaming = PecReceiptParser.builder()
            .signatureVerifier(new DigestVerifier())
            .limits(ParserLimits.DEFAULT.withMaxBufferedBytes(1))
            .build();

    private static final ReceiptMail GENUINE = ReceiptMail.receipt("avvenuta-consegna")
            .daticert(Daticert.delivery())
            .postacert("Message-ID: <m@x>\nX-Genro-Mail-ID: t\n\n" + "ciao\n".repeat(100));

    private PecMail parse(byte[] mail) {
        PecMail parsed = parser.parse(mail);
        assertThat(parsed.problems()).noneMatch(problem -> problem.code() == ProblemCode.INTERNAL_ERROR);
        try {
            assertThat(MailText.of(streaming.parse(new ByteArrayInputStream(mail))))
                    .isEqualTo(MailText.of(parsed));
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return parsed;
    }

    private PecMail parse(String mail) {
        return parse(mail.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void everyTruncationOfAReceiptIsAnsweredAndIsNoProof() {
        byte[] mail = GENUINE.bytes();
        int closing = GENUINE.toString().lastIndexOf("------A0B1C2D3E4F5--");
        for (int length = 0; length < closing; length++) {
            PecMail parsed = parse(java.util.Arrays.copyOf(mail, length));
            assertThat(parsed instanceof CertifiedReceipt receipt && receipt.isProof())
                    .as("truncated to %d bytes", length)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "\n\nX-Ricevuta: accettazione",
                ":",
                ": x",
                "no header at all",
                " X-Ricevuta: accettazione",
                "\u0000\u0000\u0000",
                "From"
            })
    void whatHasNoHeaderIsNoMail(String text) {
        PecMail mail = parse(text);

        assertThat(mail).isInstanceOf(UnreadableMail.class);
        assertThat(mail.hasProblem(ProblemCode.NOT_A_MAIL)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/signed",
                "multipart/signed; boundary=",
                "multipart/signed; boundary=\"\"",
                "multipart/signed; boundary=\"unclosed",
                "multipart/signed; boundary=a; boundary=b",
                "multipart/mixed; boundary*0=a; boundary*9999999999=b",
                "multipart/mixed; =; ==; ;;;; boundary",
                "multipart/mixed; boundary=\"\\",
                "multipart/report",
                "multipart/; boundary=x",
                "application/pkcs7-mime",
                "message/rfc822",
                "/",
                ";",
                "\u00ff\u00fe"
            })
    void everyContentTypeIsAnswered(String type) {
        assertThat(parse("X-Ricevuta: accettazione\r\nContent-Type: " + type + "\r\n\r\n--\r\n--a\r\n\r\n--a--"))
                .isInstanceOf(PecReceipt.class);
        assertThat(parse("X: y\nContent-Type: " + type + "\n\n--x\n\n--x--")).isInstanceOf(OrdinaryMail.class);
    }

    @Test
    void tenThousandLevelsOfMultipartAreNotFollowed() {
        StringBuilder deep = new StringBuilder("X-Ricevuta: accettazione\r\n");
        for (int i = 0; i < 10_000; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        PecReceipt receipt = (PecReceipt) parse(deep.toString());
        assertThat(receipt.hasProblem(ProblemCode.DATICERT_MISSING)).isTrue();

        PecReceipt inside = (PecReceipt) parse(ReceiptMail.receipt("avvenuta-consegna")
                .postacert(deep.toString())
                .toString());
        assertThat(inside.original().orElseThrow().hashes()).isEmpty();
    }

    @Test
    void tenThousandPartsAreTooMany() {
        ReceiptMail mail = ReceiptMail.receipt("avvenuta-consegna");
        for (int i = 0; i < 10_000; i++) {
            mail.child("Content-Type: text/plain", "x");
        }
        PecReceipt receipt =
                (PecReceipt) parse(mail.daticert(Daticert.delivery()).toString());

        assertThat(receipt.hasProblem(ProblemCode.LIMIT_EXCEEDED)).isTrue();
        assertThat(receipt.isProof()).isFalse();
    }

    @Test
    void aHeaderOfTenMegabytesIsPassedOver() {
        for (String header : new String[] {
            "X-Long: " + "x".repeat(10_000_000) + "\r\n",
            "X-Many: y\r\n".repeat(1_000_000),
            "X-Fold: a\r\n" + " b\r\n".repeat(2_500_000)
        }) {
            PecMail before = parse(header + GENUINE);
            assertThat(before.hasProblem(ProblemCode.LIMIT_EXCEEDED)).isTrue();
            PecReceipt behind =
                    (PecReceipt) parse(GENUINE.toString().replaceFirst("MIME-Version", header + "MIME-Version"));
            assertThat(behind.hasProblem(ProblemCode.LIMIT_EXCEEDED)).isTrue();
            assertThat(behind.isProof()).isFalse();
        }
    }

    @Test
    void badBase64IsFlaggedAndReadAsFarAsItGoes() {
        String xml = ReceiptMail.base64(Daticert.delivery().toString().getBytes(StandardCharsets.UTF_8));
        ReceiptMail noisy = ReceiptMail.receipt("avvenuta-consegna")
                .child(
                        "Content-Type: application/xml; name=daticert.xml\nContent-Transfer-Encoding: base64",
                        "!*" + xml);
        PecReceipt receipt = (PecReceipt) parse(noisy.toString());
        assertThat(receipt.recipient()).contains("anna@pec.example");
        assertThat(receipt.hasProblem(ProblemCode.UNDECODABLE_TEXT)).isTrue();

        ReceiptMail garbage = ReceiptMail.receipt("avvenuta-consegna")
                .child("Content-Type: application/xml; name=daticert.xml\nContent-Transfer-Encoding: base64", "%%%%");
        assertThat(parse(garbage.toString()).hasProblem(ProblemCode.DATICERT_MALFORMED))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "ISO-8859-1", "windows-1252", "UTF-8"})
    void theDaticertMayHaveAnyCharset(String charset) {
        byte[] xml = Daticert.delivery()
                .subject("<oggetto>perch\u00e9</oggetto>")
                .toString()
                .replace("UTF-8", charset)
                .getBytes(java.nio.charset.Charset.forName(charset));
        PecReceipt receipt = (PecReceipt) parse(ReceiptMail.receipt("avvenuta-consegna")
                .child(
                        "Content-Type: application/xml; name=daticert.xml\nContent-Transfer-Encoding: base64",
                        ReceiptMail.base64(xml))
                .toString());

        assertThat(receipt.subject()).contains("perch\u00e9");
        assertThat(receipt.isProof()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a/>",
                "<postacert/>",
                "<postacert tipo=''/>",
                "<postacert tipo='avvenuta-consegna'>",
                "<postacert tipo='avvenuta-consegna' tipo='accettazione'/>",
                "<postacert tipo='a'></postacert><postacert tipo='b'/>",
                "<postacert tipo='a'>&lol;</postacert>",
                "<postacert tipo='a'>&#0;</postacert>",
                "<postacert tipo='a'>&#xd800;</postacert>",
                "<postacert tipo='a'>&#99999999999;</postacert>",
                "<postacert tipo='a'>&amp</postacert>",
                "<postacert tipo='a'>]]></postacert>",
                "<postacert tipo='a'><b></postacert></b>",
                "<postacert tipo='a'><!-- a -- b --></postacert>",
                "<postacert tipo='a'/>text",
                "<postacert tipo=a/>",
                "<postacert tipo='a'x='b'/>",
                "<postacert tipo='<'/>",
                "<!DOCTYPE postacert><postacert tipo='a'/>",
                "<?xml",
                "<",
                "</postacert>",
                "\u0000"
            })
    void xmlThatIsNoDaticertIsMalformed(String xml) {
        PecReceipt receipt = (PecReceipt)
                parse(ReceiptMail.receipt("accettazione").daticert(xml).toString());

        assertThat(receipt.hasProblem(ProblemCode.DATICERT_MALFORMED)).isTrue();
        assertThat(receipt.isCertified()).isFalse();
    }

    @Test
    void everyLimitIsReported() {
        ParserLimits limits = ParserLimits.DEFAULT;
        byte[] mail = GENUINE.bytes();
        ReceiptMail two = ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.delivery()
                        .recipients("<destinatari>anna@pec.example</destinatari><destinatari>b@x</destinatari>"));
        assertLimited(limits.withMaxMailBytes(mail.length - 30), mail);
        assertLimited(limits.withMaxHeaderBytes(100), mail);
        assertLimited(limits.withMaxParts(1), mail);
        assertLimited(limits.withMaxCertificationBytes(100), mail);
        assertLimited(limits.withMaxSignatureBytes(10), mail);
        assertLimited(limits.withMaxRecipients(1), two.bytes());
        assertThatThrownBy(() -> limits.withMaxParts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxParts is 0, at least 1 is needed");
    }

    private static void assertLimited(ParserLimits limits, byte[] mail) {
        PecMail parsed = PecReceiptParser.builder()
                .limits(limits)
                .signatureVerifier(new DigestVerifier())
                .build()
                .parse(mail);
        assertThat(parsed.hasProblem(ProblemCode.LIMIT_EXCEEDED)).isTrue();
        assertThat(parsed instanceof CertifiedReceipt receipt && receipt.isProof())
                .isFalse();
    }

    @Test
    void aProblemQuotesNoControlCharacters() {
        PecMail mail = parse("X-Ricevuta: \u001b[31m" + "x".repeat(10_000) + "\n\n");

        assertThat(mail.problems())
                .filteredOn(problem -> problem.code() == ProblemCode.UNKNOWN_VALUE)
                .singleElement()
                .satisfies(problem -> assertThat(problem.detail())
                        .startsWith("X-Ricevuta is \"?[31mxxx")
                        .hasSizeLessThan(300));
    }

    @Test
    void aStreamThatFailsFailsAsAStream() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection lost");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("connection lost");
            }
        };

        assertThatThrownBy(() -> parser.parse(broken))
                .isInstanceOf(IOException.class)
                .hasMessage("connection lost");
    }

    @Test
    void aVerifierThatFailsCostsTheVerdictOnly() {
        PecReceiptParser failing = PecReceiptParser.builder()
                .signatureVerifier(entity -> {
                    throw new IllegalStateException("no such key");
                })
                .build();

        PecReceipt receipt = (PecReceipt) failing.parse(GENUINE.bytes());

        assertThat(receipt.type()).isEqualTo(ReceiptType.AVVENUTA_CONSEGNA);
        assertThat(receipt.signature().verdict()).isEqualTo(Verdict.NOT_CHECKED);
        assertThat(receipt.hasProblem(ProblemCode.INTERNAL_ERROR)).isTrue();
        assertThat(receipt.isProof()).isFalse();
    }

    @Test
    void aFileAndAMessageOfJakartaMailAreReadLikeTheirBytes(@TempDir Path directory) throws Exception {
        byte[] mail = GENUINE.bytes();
        Path file = Files.write(directory.resolve("receipt.eml"), mail);
        Session session = Session.getInstance(new Properties());
        MimeMessage message = new MimeMessage(session, new ByteArrayInputStream(mail));

        String expected = MailText.of(parser.parse(mail));
        assertThat(((CertifiedReceipt) parser.parse(mail)).isProof()).isTrue();
        assertThat(MailText.of(parser.parse(file))).isEqualTo(expected);
        assertThat(MailText.of(parser.parse(message))).isEqualTo(expected);

        MimeMessage built = new MimeMessage(session);
        built.setHeader("X-Ricevuta", "accettazione");
        built.setText("ciao");
        assertThat(parser.parse(built)).isInstanceOf(PecReceipt.class);
    }
}
