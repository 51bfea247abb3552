package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.sendRaw;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiptVariantsTest {
    private static final byte[] ATTACHMENT =
            "contenuto \u00e8 questo".repeat(40).getBytes(StandardCharsets.UTF_8);

    private final PecSandbox sandbox = TestClient.sandbox().start();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private static String multipart(String... headers) {
        String base64 = Base64.getMimeEncoder().encodeToString(ATTACHMENT);
        return "From: " + SENDER + "\r\n" + String.join("\r\n", headers) + "\r\n"
                + """
                Subject: =?UTF-8?Q?Citt=C3=A0_e_?= =?UTF-8?Q?virt=C3=B9?= <&>
                Message-ID: <varianti@acme>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="confine"

                --confine
                Content-Type: multipart/alternative; boundary="dentro"

                --dentro
                Content-Type: text/plain

                Il testo resta.
                --dentro--
                --confine
                Content-Type: application/pdf; name="atto.pdf"
                Content-Transfer-Encoding: base64

                %s
                --confine
                Content-Type: application/octet-stream
                Content-Disposition: attachment; filename*=UTF-8''citt%%C3%%A0.txt
                Content-Transfer-Encoding: quoted-printable

                perch=C3=A9=
                 no
                --confine
                Content-Type: message/rfc822

                Subject: inoltrata

                vecchia posta
                --confine--
                """.formatted(base64).replace("\r\n", "\n").replace("\n", "\r\n");
    }

    private static String sha1(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(content));
    }

    private SignedMail deliveryTo(String recipient) throws Exception {
        for (StoredMail mail : sandbox.mailbox(SENDER)) {
            SignedMail signed = SignedMail.of(mail);
            if (signed.daticert().all("consegna").contains(recipient)) {
                signed.assertGenuine(sandbox);
                return signed;
            }
        }
        throw new AssertionError("no receipt for " + recipient);
    }

    @Test
    void givesTheWholeMessageBackToPrimaryRecipientsOnly() throws Exception {
        String raw = multipart("To: a@x.example", "Cc: c@x.example");
        sendRaw(sandbox, raw, "a@x.example", "c@x.example");

        SignedMail primary = deliveryTo("a@x.example");
        assertThat(primary.fileNames()).containsExactly("daticert.xml", "postacert.eml");
        assertThat(primary.daticert().only("oggetto")).isEqualTo("Citt\u00e0 e virt\u00f9 <&>");
        assertThat(primary.parsed().getSubject()).isEqualTo("CONSEGNA: Citt\u00e0 e virt\u00f9 <&>");
        MimeMessage original = primary.postacert();
        assertThat(original.getMessageID())
                .isEqualTo("<" + sandbox.accepted().get(0).identifier() + ">");
        Multipart parts = (Multipart) original.getContent();
        assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(ATTACHMENT);

        SignedMail copy = deliveryTo("c@x.example");
        assertThat(copy.fileNames()).containsExactly("daticert.xml");
        assertThat(copy.daticert().attribute("ricevuta", "tipo")).isEqualTo("completa");
    }

    @Test
    void replacesNamedPartsByTheirHashInTheBriefReceipt() throws Exception {
        sendRaw(
                sandbox,
                multipart("To: a@x.example", "Cc: c@x.example", "X-TipoRicevuta: breve"),
                "a@x.example",
                "c@x.example");

        SignedMail delivery = deliveryTo("a@x.example");
        assertThat(delivery.daticert().attribute("ricevuta", "tipo")).isEqualTo("breve");
        assertThat(delivery.postacert().getHeader("X-TipoRicevuta")).containsExactly("breve");
        Multipart parts = (Multipart) delivery.postacert().getContent();
        assertThat(parts.getCount()).isEqualTo(4);
        Multipart alternative = (Multipart) parts.getBodyPart(0).getContent();
        assertThat(alternative.getBodyPart(0).getContent()).asString().isEqualTo("Il testo resta.");
        assertHash(parts.getBodyPart(1), "atto.pdf.hash", ATTACHMENT);
        BodyPart second = parts.getBodyPart(2);
        assertThat(new jakarta.mail.internet.ContentDisposition(second.getHeader("Content-Disposition")[0])
                        .getParameter("filename"))
                .isEqualTo("citt\u00e0.txt.hash");
        assertThat((String) second.getContent()).isEqualTo(sha1("perch\u00e9 no".getBytes(StandardCharsets.UTF_8)));
        assertThat((String) parts.getBodyPart(3).getContent())
                .isEqualTo(sha1("Subject: inoltrata\r\n\r\nvecchia posta".getBytes(StandardCharsets.UTF_8)));
        assertThat(deliveryTo("c@x.example").fileNames()).containsExactly("daticert.xml");
    }

    private static void assertHash(BodyPart part, String name, byte[] content) throws Exception {
        assertThat(part.getFileName()).isEqualTo(name);
        assertThat(part.isMimeType("text/plain")).isTrue();
        assertThat((String) part.getContent()).hasSize(40).isEqualTo(sha1(content));
    }

    @Test
    void givesNothingBackInTheConciseReceipt() throws Exception {
        sendRaw(sandbox, multipart("To: a@x.example", "X-TipoRicevuta: Sintetica"), "a@x.example");

        SignedMail delivery = deliveryTo("a@x.example");
        assertThat(delivery.fileNames()).containsExactly("daticert.xml");
        assertThat(delivery.daticert().attribute("ricevuta", "tipo")).isEqualTo("sintetica");
    }

    @Test
    void takesAnUnknownVariantForTheCompleteOne() throws Exception {
        sendRaw(sandbox, multipart("To: a@x.example", "X-TipoRicevuta: boh"), "a@x.example");
        assertThat(deliveryTo("a@x.example").fileNames()).contains("postacert.eml");
    }

    @Test
    void leavesTheSignatureOfASignedOriginalAndAnOpaqueOneAlone() throws Exception {
        String signed = """
                From: x
                Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=f

                --f
                Content-Type: application/pdf; name=a.pdf

                abc
                --f
                Content-Type: application/pkcs7-signature; name=smime.p7s

                firma
                --f--
                """.replace("\n", "\r\n");
        String brief = new String(BriefCopy.of(signed.getBytes(StandardCharsets.US_ASCII)), StandardCharsets.US_ASCII);
        assertThat(brief)
                .contains("name=smime.p7s\r\n\r\nfirma\r\n--f--")
                .contains(sha1("abc".getBytes(StandardCharsets.US_ASCII)))
                .doesNotContain("abc");

        byte[] opaque =
                "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nabc".getBytes(StandardCharsets.US_ASCII);
        assertThat(BriefCopy.of(opaque)).isEqualTo(opaque);
        byte[] single =
                "Subject: s\r\nContent-Type: text/csv; name=d.csv\r\n\r\nabc".getBytes(StandardCharsets.US_ASCII);
        assertThat(new String(BriefCopy.of(single), StandardCharsets.US_ASCII).split("\r\n"))
                .contains("Subject: s", "Content-Type: text/plain; charset=us-ascii; name=\"d.csv.hash\"")
                .endsWith("", sha1("abc".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void keepsEightBitContentAndBareLineFeedsVerifiable() throws Exception {
        RawClient.submit(
                sandbox,
                SENDER,
                "From: " + SENDER
                        + "\r\nTo: a@x.example\nSubject: Perch\u00c3\u00a9\r\nMessage-ID: <otto@acme>\r\n\r\nriga\ndue \u00e8\r\n",
                "a@x.example");

        SignedMail delivery = deliveryTo("a@x.example");
        assertThat(delivery.daticert().only("oggetto")).isEqualTo("Perch\u00e9");
        List<String> lines =
                List.of(new String(sandbox.accepted().get(0).raw(), StandardCharsets.ISO_8859_1).split("\r\n"));
        assertThat(lines).contains("riga\ndue \u00e8");
    }
}
