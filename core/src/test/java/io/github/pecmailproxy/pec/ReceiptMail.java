package io.github.pecmailproxy.pec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Composes PEC system mails for tests, each detail replaceable: what a provider would write, and what it never would. */
final class ReceiptMail {
    static final String MESSAGE_ID = "<message-1$x=~@sender.example>";
    static final String PROVIDER_ID = "pec123.20260102030405.00001.1.63@provider.example";
    static final String RECEIPT_ID = "<pec123.20260102030405.00001.1.358.63@provider.example>";

    private final List<String> headers = new ArrayList<>();
    private final List<String> children = new ArrayList<>();
    private String text = "Il messaggio e' stato trattato.";
    private String receiptHeader = "accettazione";
    private String reference = MESSAGE_ID;
    private String from = DigestVerifier.PROVIDER;
    private String lineEnd = "\r\n";
    private boolean signed = true;
    private boolean brokenSignature;
    private String content = "";
    private boolean headersDefault = true;

    private ReceiptMail() {}

    /** A receipt of a type, with a daticert that agrees. */
    static ReceiptMail receipt(String type) {
        ReceiptMail mail = new ReceiptMail();
        mail.receiptHeader = type;
        return mail;
    }

    ReceiptMail header(String line) {
        headers.add(line);
        return this;
    }

    /** Leaves X-Ricevuta, X-Riferimento-Message-ID and From out: the test brings its own. */
    ReceiptMail withoutDefaultHeaders() {
        headersDefault = false;
        return this;
    }

    ReceiptMail reference(String reference) {
        this.reference = reference;
        return this;
    }

    ReceiptMail from(String from) {
        this.from = from;
        return this;
    }

    ReceiptMail text(String text) {
        this.text = text;
        return this;
    }

    ReceiptMail lineEnd(String lineEnd) {
        this.lineEnd = lineEnd;
        return this;
    }

    ReceiptMail unsigned() {
        signed = false;
        return this;
    }

    ReceiptMail brokenSignature() {
        brokenSignature = true;
        return this;
    }

    /** Replaces the whole signed content. */
    ReceiptMail content(String content) {
        this.content = content;
        return this;
    }

    ReceiptMail daticert(Daticert daticert) {
        return daticert(daticert.toString());
    }

    ReceiptMail daticert(String xml) {
        return child("""
                Content-Type: application/xml; name="daticert.xml"
                Content-Disposition: inline; filename="daticert.xml"
                Content-Transfer-Encoding: base64""", base64(xml.getBytes(StandardCharsets.UTF_8)));
    }

    ReceiptMail postacert(String mail) {
        return child("""
                Content-Type: message/rfc822; name="postacert.eml"
                Content-Disposition: inline; filename="postacert.eml"
                Content-Transfer-Encoding: 7bit""", mail);
    }

    /** Adds a direct child of the mixed part. */
    ReceiptMail child(String partHeaders, String body) {
        children.add(partHeaders + "\n\n" + body);
        return this;
    }

    static String base64(byte[] bytes) {
        return Base64.getMimeEncoder(60, new byte[] {'\n'}).encodeToString(bytes);
    }

    byte[] bytes() {
        return toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        StringBuilder mail = new StringBuilder();
        mail.append("Return-Path: <").append(from).append(">\n");
        if (headersDefault) {
            mail.append("Subject: ")
                    .append(receiptHeader.toUpperCase(java.util.Locale.ROOT))
                    .append(": prova\n");
            if (!reference.isEmpty()) {
                mail.append("X-Riferimento-Message-ID: ").append(reference).append('\n');
            }
            mail.append("X-Ricevuta: ").append(receiptHeader).append('\n');
            mail.append("From: ").append(from).append('\n');
            mail.append("Message-ID: ").append(RECEIPT_ID).append('\n');
            mail.append("Date: Fri, 02 Jan 2026 03:04:05 +0100\n");
        }
        headers.forEach(line -> mail.append(line).append('\n'));
        mail.append("MIME-Version: 1.0\n");
        String signedContent = (content.isEmpty() ? mixed() : content).replace("\n", lineEnd);
        if (!signed) {
            return mail.toString().replace("\n", lineEnd) + signedContent;
        }
        mail.append("""
                Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha256";
                \tboundary="----A0B1C2D3E4F5"

                This is an S/MIME signed message

                ------A0B1C2D3E4F5
                """);
        String signature = DigestVerifier.sign(digest(signedContent));
        String body = base64((brokenSignature ? "broken" : signature).getBytes(StandardCharsets.ISO_8859_1));
        return mail.toString().replace("\n", lineEnd)
                + signedContent
                + ("\n------A0B1C2D3E4F5\nContent-Type: application/x-pkcs7-signature; name=\"smime.p7s\"\n"
                                + "Content-Transfer-Encoding: base64\n\n" + body + "\n\n------A0B1C2D3E4F5--\n")
                        .replace("\n", lineEnd);
    }

    private String mixed() {
        StringBuilder mixed = new StringBuilder("""
                Content-Type: multipart/mixed; boundary="----------=_17-42-1"
                Content-Transfer-Encoding: binary

                This is a multi-part message in MIME format...
                """);
        mixed.append("\n------------=_17-42-1\nContent-Type: text/plain; charset=\"iso-8859-1\"\n\n")
                .append(text)
                .append('\n');
        children.forEach(
                child -> mixed.append("\n------------=_17-42-1\n").append(child).append('\n'));
        return mixed.append("\n------------=_17-42-1--\n").toString();
    }

    private static byte[] digest(String signedContent) {
        String canonical = signedContent.replace("\r\n", "\n").replace("\n", "\r\n");
        try {
            return MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.ISO_8859_1));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
