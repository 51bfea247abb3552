package io.github.pecmailproxy.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Looks at a mail of a provider without any of the sandbox's own code: its signature over the raw bytes, its parts, its XML. */
final class SignedMail {
    private final String raw;
    private final MimeMessage parsed;

    SignedMail(byte[] raw) throws MessagingException {
        this.raw = new String(raw, StandardCharsets.ISO_8859_1);
        this.parsed = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
    }

    static SignedMail of(StoredMail mail) throws MessagingException {
        return new SignedMail(mail.raw());
    }

    MimeMessage parsed() {
        return parsed;
    }

    String contentType() throws MessagingException {
        return parsed.getContentType();
    }

    /** The bytes between the first two boundaries of the multipart/signed, cut out of the raw mail. */
    byte[] signedBytes() throws MessagingException {
        String boundary = "--" + new ContentType(parsed.getContentType()).getParameter("boundary");
        int start = raw.indexOf("\r\n" + boundary + "\r\n") + boundary.length() + 4;
        int end = raw.indexOf("\r\n" + boundary + "\r\n", start);
        return raw.substring(start, end).getBytes(StandardCharsets.ISO_8859_1);
    }

    byte[] cms() throws MessagingException, IOException {
        try (InputStream in = ((Multipart) parsed.getContent()).getBodyPart(1).getInputStream()) {
            return in.readAllBytes();
        }
    }

    SignerInformation signer() throws MessagingException, IOException, CMSException {
        return signedData().getSignerInfos().getSigners().iterator().next();
    }

    private CMSSignedData signedData() throws MessagingException, IOException, CMSException {
        return new CMSSignedData(new CMSProcessableByteArray(signedBytes()), cms());
    }

    List<X509Certificate> certificates()
            throws MessagingException, IOException, CMSException, GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (X509CertificateHolder holder : signedData().getCertificates().getMatches(null)) {
            certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
        }
        return certificates;
    }

    X509Certificate signerCertificate() throws MessagingException, IOException, CMSException, GeneralSecurityException {
        for (X509CertificateHolder holder : signedData().getCertificates().getMatches(null)) {
            if (signer().getSID().match(holder)) {
                return new JcaX509CertificateConverter().getCertificate(holder);
            }
        }
        throw new AssertionError("the signer's certificate is not in the signature");
    }

    boolean signatureFits()
            throws MessagingException, IOException, CMSException, GeneralSecurityException, OperatorCreationException {
        try {
            return signer().verify(new JcaSimpleSignerInfoVerifierBuilder().build(signerCertificate()));
        } catch (CMSException differentDigest) {
            return false;
        }
    }

    /** Whether a path leads from the signer to the anchor; name constraints included. */
    boolean chainsTo(X509Certificate anchor)
            throws MessagingException, IOException, CMSException, GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(signerCertificate());
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(Set.of(new TrustAnchor(anchor, null)), target);
        parameters.setRevocationEnabled(false);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(certificates())));
        try {
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (java.security.cert.CertPathBuilderException noPath) {
            return false;
        }
    }

    void assertGenuine(PecSandbox sandbox) throws Exception {
        assertThat(signatureFits()).as("signature over the raw bytes").isTrue();
        assertThat(chainsTo(sandbox.receiptCa()))
                .as("chain to the receipt authority")
                .isTrue();
        assertThat(chainsTo(sandbox.receiptRoot())).as("chain to the root").isTrue();
        String from = ((jakarta.mail.internet.InternetAddress) parsed.getFrom()[0]).getAddress();
        assertThat(signerCertificate().getSubjectAlternativeNames())
                .as("the certificate's address is the mail's From")
                .anySatisfy(name -> assertThat(name.get(1)).isEqualTo(from));
    }

    /** The names of the files beside the text inside the signed part, in order. */
    List<String> fileNames() throws MessagingException, IOException {
        List<String> names = new ArrayList<>();
        Multipart mixed = mixed();
        for (int i = 0; i < mixed.getCount(); i++) {
            if (mixed.getBodyPart(i).getFileName() != null) {
                names.add(mixed.getBodyPart(i).getFileName());
            }
        }
        return names;
    }

    private Multipart mixed() throws MessagingException, IOException {
        return (Multipart) ((Multipart) parsed.getContent()).getBodyPart(0).getContent();
    }

    BodyPart file(String name) throws MessagingException, IOException {
        Multipart mixed = mixed();
        for (int i = 0; i < mixed.getCount(); i++) {
            if (name.equals(mixed.getBodyPart(i).getFileName())) {
                return mixed.getBodyPart(i);
            }
        }
        throw new AssertionError("no " + name + " in " + fileNames());
    }

    MimeMessage postacert() throws MessagingException, IOException {
        return (MimeMessage) file("postacert.eml").getContent();
    }

    String daticertXml() throws MessagingException, IOException {
        try (InputStream in = file("daticert.xml").getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    Facts daticert() throws MessagingException, IOException, ParserConfigurationException, SAXException {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(daticertXml().strip().getBytes(StandardCharsets.UTF_8)));
        return new Facts(document.getDocumentElement());
    }

    String text() throws MessagingException, IOException {
        Multipart alternative = (Multipart) mixed().getBodyPart(0).getContent();
        return (String) alternative.getBodyPart(0).getContent();
    }

    /** A daticert as it stands. */
    record Facts(Element root) {
        String type() {
            return root.getAttribute("tipo");
        }

        String error() {
            return root.getAttribute("errore");
        }

        String only(String element) {
            List<String> all = all(element);
            assertThat(all).as(element).hasSize(1);
            return all.get(0);
        }

        List<String> all(String element) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < root.getElementsByTagName(element).getLength(); i++) {
                texts.add(root.getElementsByTagName(element).item(i).getTextContent());
            }
            return texts;
        }

        String attribute(String element, String attribute) {
            return ((Element) root.getElementsByTagName(element).item(0)).getAttribute(attribute);
        }
    }
}
