package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static io.github.pecmailproxy.sandbox.TestClient.sendRaw;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXParseException;

class WireShapesTest {
    private static final String OID_SHA_1 = "1.3.14.3.2.26";
    private static final String OID_SHA_256 = "2.16.840.1.101.3.4.2.1";

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void isGenuineInEveryShapeWithEitherDigest(WireShape shape) throws Exception {
        for (SignatureDigest digest : SignatureDigest.values()) {
            try (PecSandbox sandbox = TestClient.sandbox()
                    .account("beta@pec.example", "x")
                    .shape(shape)
                    .digest(digest)
                    .start()) {
                send(
                        sandbox,
                        "<forme@acme>",
                        "beta@pec.example",
                        "piena@altri.example",
                        "esterno-rimbalzo@mail.example");
                List<StoredMail> mails = sandbox.mailbox(SENDER);
                assertThat(mails).hasSize(4);
                for (StoredMail mail : mails) {
                    assertShape(sandbox, mail, digest);
                }
                assertShape(sandbox, sandbox.mailbox("beta@pec.example").get(0), digest);
            }
        }
    }

    private static void assertShape(PecSandbox sandbox, StoredMail mail, SignatureDigest digest) throws Exception {
        SignedMail signed = SignedMail.of(mail);
        signed.assertGenuine(sandbox);
        SignerInformation signer = signed.signer();
        assertThat(signer.getDigestAlgOID()).isEqualTo(digest == SignatureDigest.SHA_1 ? OID_SHA_1 : OID_SHA_256);
        assertThat(mail.text().replace("\r\n", ""))
                .as("line ends are CRLF only")
                .doesNotContain("\n")
                .doesNotContain("\r");
        assertThat(signed.contentType()).contains(digest == SignatureDigest.SHA_1 ? "sha" : "256");
        assertThat(mail.text()).contains("smime.p7s");
    }

    @Test
    void writesAruba2018AsItWas() throws Exception {
        try (PecSandbox sandbox = TestClient.sandbox()
                .shape(WireShape.ARUBA_2018)
                .digest(SignatureDigest.SHA_1)
                .start()) {
            send(sandbox, "<opec@acme>", "consegnato@altri.example");
            StoredMail delivery = sandbox.mailbox(SENDER).get(1);
            assertThat(delivery.text())
                    .contains(
                            "Content-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\"; micalg=\"sha1\"; boundary=\"----")
                    .contains("\r\n\r\nThis is an S/MIME signed message\r\n\r\n------")
                    .contains(
                            "Content-Disposition: inline; filename=\"daticert.xml\"\r\nContent-Transfer-Encoding: base64")
                    .contains("Content-Transfer-Encoding: binary\r\nMIME-Version: 1.0");
            assertThat(SignedMail.of(delivery).fileNames()).containsExactly("daticert.xml", "postacert.eml");
            assertThat(SignedMail.of(delivery).daticertXml())
                    .contains("<ricevuta tipo=\"completa\" />")
                    .endsWith("</postacert>\n");
            String identifier = sandbox.accepted().get(0).identifier();
            assertThat(identifier).matches("opec\\d+\\.\\d{14}\\.\\d{5}\\.\\d+\\.1\\.63@gestore\\.example");
            assertThat(delivery.header("Message-ID").orElse(""))
                    .matches("<opec\\d+\\.\\d{14}\\.\\d{5}\\.\\d+\\.1\\.\\d+\\.63@gestore\\.example>");
        }
    }

    @Test
    void writesAruba2026AsItIs() throws Exception {
        try (PecSandbox sandbox =
                TestClient.sandbox().shape(WireShape.ARUBA_2026).start()) {
            send(
                    sandbox,
                    "<jpec-con-un-identificativo-molto-lungo-che-non-sta-su-una-riga-sola@acme.example>",
                    "a@altri.example");
            StoredMail acceptance = sandbox.mailbox(SENDER).get(0);
            assertThat(acceptance.text())
                    .contains("protocol=\"application/pkcs7-signature\"; micalg=sha-256; \r\n\tboundary=\"----=_Part_")
                    .contains("X-Riferimento-Message-ID: \r\n <jpec-con-un")
                    .contains("Content-Type: application/xml; name=daticert.xml")
                    .contains("Content-Description: daticert.xml");
            assertThat(acceptance.header("X-Riferimento-Message-ID"))
                    .contains("<jpec-con-un-identificativo-molto-lungo-che-non-sta-su-una-riga-sola@acme.example>");
            assertThat(acceptance.header("X-REM-Subject")).contains("REM SubmissionAcceptance: Prova");
            assertThat(acceptance.header("Date").orElse("")).matches(".* \\+0[12]00 \\(CES?T\\)");
            SignedMail signed = SignedMail.of(acceptance);
            assertThat(signed.daticert().only("risposte")).isEmpty();
            assertThat(signed.text()).contains("Ricevuta di accettazione").contains("Acceptance receipt");
            assertThat(sandbox.accepted().get(0).identifier()).startsWith("jpec");
        }
    }

    @Test
    void writesLegalmailAsItIs() throws Exception {
        try (PecSandbox sandbox = TestClient.sandbox()
                .account("beta@pec.example", "x")
                .shape(WireShape.LEGALMAIL)
                .start()) {
            sendRaw(
                    sandbox,
                    TestClient.message(
                            "<legal@acme>",
                            "To: beta@pec.example",
                            "Reply-To: \"Acme S.r.l.\" <acme@pec.example>",
                            "X-Priority: 1",
                            "X-SentBy: contabilita"),
                    "beta@pec.example");
            StoredMail delivery = sandbox.mailbox(SENDER).get(1);
            assertThat(SignedMail.of(delivery).fileNames()).containsExactly("postacert.eml", "daticert.xml");
            assertThat(delivery.text())
                    .contains(
                            "Content-Type: application/xml; charset=UTF-8; name=\"daticert.xml\"\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Disposition: attachment")
                    .contains("micalg=sha-256")
                    .contains("smime-type=signed-data");
            StoredMail envelope = sandbox.mailbox("beta@pec.example").get(0);
            assertThat(envelope.header("X-Priority")).contains("1");
            assertThat(envelope.header("X-SentBy")).contains("contabilita");
            assertThat(envelope.header("X-TipoRicevuta")).isEmpty();
            assertThat(envelope.header("Reply-To")).contains("\"Acme S.r.l.\" <acme@pec.example>");
            assertThat(sandbox.accepted().get(0).identifier()).contains(".posta-certificata@gestore.example");
        }
    }

    @Test
    void keepsCustomHeadersInsideForAruba() throws Exception {
        try (PecSandbox sandbox =
                TestClient.sandbox().account("beta@pec.example", "x").start()) {
            sendRaw(
                    sandbox,
                    TestClient.message("<x@acme>", "To: beta@pec.example", "X-Genro-Mail-ID: 42"),
                    "beta@pec.example");
            for (StoredMail mail : sandbox.mailbox(SENDER)) {
                assertThat(mail.header("X-Genro-Mail-ID")).isEmpty();
            }
            assertThat(sandbox.mailbox("beta@pec.example").get(0).header("X-Genro-Mail-ID"))
                    .isEmpty();
            assertThat(SignedMail.of(sandbox.mailbox(SENDER).get(1)).postacert().getHeader("X-Genro-Mail-ID"))
                    .containsExactly("42");
        }
    }

    @Test
    void shapesTheProvidersCertificateLikeARealOne() throws Exception {
        try (PecSandbox sandbox = TestClient.sandbox().start()) {
            send(sandbox, "<cert@acme>", "a@altri.example");
            X509Certificate leaf = SignedMail.of(sandbox.mailbox(SENDER).get(0)).signerCertificate();
            assertThat(leaf.getSubjectAlternativeNames()).hasSize(1);
            assertThat(leaf.getSubjectAlternativeNames().iterator().next())
                    .isEqualTo(List.of(1, "posta-certificata@gestore.example"));
            assertThat(leaf.getKeyUsage()).startsWith(true, false);
            assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.15");
            assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.4");
            assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
            assertThat(leaf.getSubjectX500Principal().getName())
                    .contains("CN=Gestore di prova S.p.A.", "O=Gestore di prova S.p.A.");
            assertThat(sandbox.receiptCa().getNonCriticalExtensionOIDs()).contains("2.5.29.30");
            assertThat(sandbox.receiptCa().getBasicConstraints()).isZero();
        }
    }

    @Test
    void writesReceiptsOfTwoProvidersForOneMessage() throws Exception {
        Provider other =
                new Provider("altro.example", "Altro & Figli \"PEC\"", WireShape.LEGALMAIL, SignatureDigest.SHA_1);
        try (PecSandbox sandbox =
                TestClient.sandbox().otherProvider(other, "legal.example").start()) {
            send(sandbox, "<due@acme>", "a@legal.example", "piena@legal.example", "b@pec.example");
            List<StoredMail> mails = sandbox.mailbox(SENDER);
            assertThat(mails)
                    .extracting(mail -> mail.header("From").orElse(""))
                    .containsExactly(
                            "posta-certificata@gestore.example",
                            "posta-certificata@altro.example",
                            "posta-certificata@altro.example",
                            "posta-certificata@gestore.example");
            for (StoredMail mail : mails) {
                SignedMail.of(mail).assertGenuine(sandbox);
            }
            assertThat(SignedMail.of(mails.get(1)).daticert().only("gestore-emittente"))
                    .isEqualTo("Altro & Figli \"PEC\"");
            assertThat(SignedMail.of(mails.get(1)).daticert().only("identificativo"))
                    .isEqualTo(sandbox.accepted().get(0).identifier());
        }
    }

    @ParameterizedTest
    @EnumSource(WireShape.class)
    void writesDaticertThatFitsTheOfficialDtd(WireShape shape) throws Exception {
        String shared = System.getProperty("pec.shared", "");
        Assumptions.assumeFalse(shared.isBlank(), "the official DTD is not at hand");
        String dtd = Files.readString(Path.of(shared, "pec", "daticert.dtd")).replaceFirst("<\\?xml[^>]*\\?>", "");
        try (PecSandbox sandbox = TestClient.sandbox()
                .shape(shape)
                .account("beta@pec.example", "x")
                .start()) {
            send(
                    sandbox,
                    "<dtd@acme>",
                    "beta@pec.example",
                    "piena@altri.example",
                    "dominio@altri.example",
                    "virus@altri.example",
                    "esterno@mail.example");
            for (ReceiptType type : ReceiptType.values()) {
                sandbox.append(
                        SENDER,
                        sandbox.draft(type).about(sandbox.accepted().get(0)).toBytes());
            }
            List<StoredMail> mails = new java.util.ArrayList<>(sandbox.mailbox(SENDER));
            mails.addAll(sandbox.mailbox("beta@pec.example"));
            assertThat(mails).hasSize(5 + ReceiptType.values().length + 1);
            for (StoredMail mail : mails) {
                validate(SignedMail.of(mail).daticertXml(), dtd);
            }
        }
    }

    private static void validate(String xml, String dtd) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setValidating(true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(new ErrorHandler() {
            @Override
            public void warning(SAXParseException exception) throws SAXParseException {
                throw exception;
            }

            @Override
            public void error(SAXParseException exception) throws SAXParseException {
                throw exception;
            }

            @Override
            public void fatalError(SAXParseException exception) throws SAXParseException {
                throw exception;
            }
        });
        String document = xml.strip()
                .replaceFirst(
                        "\\?>", "?>\n<!DOCTYPE postacert [" + java.util.regex.Matcher.quoteReplacement(dtd) + "]>");
        builder.parse(new InputSource(new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8))));
    }
}
