package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** InfoCert Legalmail as seen in mails of 2018 (facts section 4, third row). */
final class LegalmailStyle implements MailStyle {
    @Override
    public char folderSeparator() {
        return '/';
    }

    @Override
    public String sentFolder() {
        return "INBOX/Spedite";
    }

    @Override
    public String messageIdentifier(ZonedDateTime time, long number, String domain) {
        return identifier(time, number, "414D4BB9", domain);
    }

    @Override
    public String receiptIdentifier(ZonedDateTime time, long number, String domain) {
        return identifier(time, number, "52A1C07E", domain);
    }

    @Override
    public boolean copiesUnknownHeaders() {
        return true;
    }

    @Override
    public boolean marksReceiptVariant() {
        return false;
    }

    @Override
    public String daticertTail() {
        return "";
    }

    @Override
    public byte[] signedPart(SystemMail mail, Boundaries boundaries) {
        String mixed = boundaries.javaMail();
        String alternative = boundaries.javaMail();
        SystemMail.ReadableText text = mail.text();
        List<String> lines = new ArrayList<>(text.lines());
        lines.add("");
        lines.add("---");
        lines.add(text.englishTitle());
        lines.addAll(text.englishLines());
        MailText out =
                new MailText(4096 + mail.attachedMail().map(a -> a.length).orElse(0));
        out.line("Content-Type: multipart/mixed; boundary=\"" + mixed + "\"")
                .line()
                .line("--" + mixed)
                .line("Content-Type: multipart/alternative; boundary=\"" + alternative + "\"")
                .line()
                .line("--" + alternative)
                .line("Content-Type: text/plain; charset=ISO-8859-1")
                .line("Content-Transfer-Encoding: quoted-printable")
                .line()
                .line(TransferEncodings.quotedPrintable(
                        text.title() + "\n\n" + String.join("\n", lines) + "\n", StandardCharsets.ISO_8859_1))
                .line("--" + alternative)
                .line("Content-Type: text/html; charset=ISO-8859-1")
                .line("Content-Transfer-Encoding: 7bit")
                .line()
                .line(MailText.htmlDocument(text.title(), lines).replace("\n", "\r\n"))
                .line("--" + alternative + "--");
        mail.attachedMail()
                .ifPresent(attached -> out.line("--" + mixed)
                        .line("Content-Type: message/rfc822; name=\"postacert.eml\"")
                        .line("Content-Transfer-Encoding: " + TransferEncodings.identityLabel(attached))
                        .line("Content-Disposition: attachment; filename=\"postacert.eml\"")
                        .line()
                        .bytes(attached));
        String daticert = mail.daticert();
        if (daticert != null) {
            out.line("--" + mixed)
                    .line("Content-Type: application/xml; charset=UTF-8; name=\"daticert.xml\"")
                    .line("Content-Transfer-Encoding: quoted-printable")
                    .line("Content-Disposition: attachment; filename=\"daticert.xml\"")
                    .line()
                    .line(TransferEncodings.quotedPrintable(daticert, StandardCharsets.UTF_8));
        }
        return out.raw(TransferEncodings.ascii("--" + mixed + "--\r\n")).toBytes();
    }

    @Override
    public byte[] assemble(
            SystemMail mail, byte[] signedPart, byte[] cms, SignatureDigest digest, Boundaries boundaries) {
        String signed = boundaries.javaMail();
        return headers(mail, signedPart.length + 16_384)
                .line("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg="
                        + digest.hyphenatedName() + "; boundary=\"" + signed + "\"")
                .line()
                .line("--" + signed)
                .bytes(signedPart)
                .line("--" + signed)
                .line("Content-Type: application/pkcs7-signature; name=smime.p7s; smime-type=signed-data")
                .line("Content-Transfer-Encoding: base64")
                .line("Content-Disposition: attachment; filename=\"smime.p7s\"")
                .line("Content-Description: S/MIME Cryptographic Signature")
                .line()
                .line(TransferEncodings.base64(cms, 76))
                .line("--" + signed + "--")
                .toBytes();
    }

    @Override
    public byte[] assembleUnsigned(SystemMail mail, byte[] part, Boundaries boundaries) {
        return headers(mail, part.length + 1024).raw(part).toBytes();
    }

    private static MailText headers(SystemMail mail, int size) {
        MailText out = new MailText(size)
                .fields(mail.inherited())
                .line("Date: " + MailText.dateWithZoneName(mail.time()))
                .line("From: " + mail.from());
        if (mail.replyTo() != null) {
            out.line("Reply-To: " + mail.replyTo());
        }
        if (mail.to() != null) {
            out.line("To: " + mail.to());
        }
        out.line("Message-ID: <" + mail.messageId() + ">")
                .line("Subject: " + mail.subject())
                .line("MIME-Version: 1.0");
        if (mail.reference() != null) {
            out.line("X-Riferimento-Message-ID: " + mail.reference());
        }
        for (SystemMail.Marker marker : mail.markers()) {
            out.line(marker.name() + ": " + marker.value());
        }
        return out;
    }

    /** Identifiers of this provider contain the words posta-certificata@, which naive address matchers trip over. */
    private static String identifier(ZonedDateTime time, long number, String kind, String domain) {
        return String.format(
                Locale.ROOT,
                "%08X.%08X.%s.%08X.posta-certificata@%s",
                (int) time.toEpochSecond(),
                (int) (number >>> 32),
                kind,
                (int) number,
                domain);
    }
}
