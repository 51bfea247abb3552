package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Aruba's software of 2026, written in Java (facts section 4, second row). */
final class ArubaJpecStyle implements MailStyle {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

    @Override
    public char folderSeparator() {
        return '.';
    }

    @Override
    public String sentFolder() {
        return "INBOX.Inviata";
    }

    @Override
    public String messageIdentifier(ZonedDateTime time, long number, String domain) {
        return String.format(
                Locale.ROOT, "jpec13216.%s.%05d.%d.1.60@%s", STAMP.format(time), number % 100_000, number, domain);
    }

    @Override
    public String receiptIdentifier(ZonedDateTime time, long number, String domain) {
        return String.format(
                Locale.ROOT,
                "jpec13216.%s.%05d.%d.1.%d.60@%s",
                STAMP.format(time),
                number % 100_000,
                number,
                100 + number % 900,
                domain);
    }

    @Override
    public boolean copiesUnknownHeaders() {
        return false;
    }

    @Override
    public boolean marksReceiptVariant() {
        return true;
    }

    @Override
    public String daticertTail() {
        return "\r\n\r\n";
    }

    @Override
    public byte[] signedPart(SystemMail mail, Boundaries boundaries) {
        String mixed = boundaries.javaMail();
        String alternative = boundaries.javaMail();
        SystemMail.ReadableText text = mail.text();
        List<String> lines = new ArrayList<>(text.lines());
        lines.add("");
        lines.add(text.englishTitle());
        lines.addAll(text.englishLines());
        MailText out =
                new MailText(4096 + mail.attachedMail().map(a -> a.length).orElse(0));
        out.line("Content-Type: multipart/mixed; ")
                .line("\tboundary=\"" + mixed + "\"")
                .line()
                .line("--" + mixed)
                .line("Content-Type: multipart/alternative; ")
                .line("\tboundary=\"" + alternative + "\"")
                .line()
                .line("--" + alternative)
                .line("Content-Type: text/plain; charset=iso-8859-1")
                .line("Content-Transfer-Encoding: quoted-printable")
                .line()
                .line(TransferEncodings.quotedPrintable(
                        text.title() + "\n\n" + String.join("\n", lines) + "\n", StandardCharsets.ISO_8859_1))
                .line("--" + alternative)
                .line("Content-Type: text/html; charset=iso-8859-1")
                .line("Content-Transfer-Encoding: quoted-printable")
                .line()
                .line(TransferEncodings.quotedPrintable(
                        MailText.htmlDocument(text.title(), lines), StandardCharsets.ISO_8859_1))
                .line("--" + alternative + "--")
                .line();
        String daticert = mail.daticert();
        if (daticert != null) {
            out.line("--" + mixed)
                    .line("Content-Type: application/xml; name=daticert.xml")
                    .line("Content-Transfer-Encoding: base64")
                    .line("Content-Disposition: inline; filename=daticert.xml")
                    .line("Content-Description: daticert.xml")
                    .line()
                    .line(TransferEncodings.base64(daticert.getBytes(StandardCharsets.UTF_8), 76));
        }
        mail.attachedMail()
                .ifPresent(attached -> out.line("--" + mixed)
                        .line("Content-Type: message/rfc822; name=postacert.eml")
                        .line("Content-Transfer-Encoding: " + TransferEncodings.identityLabel(attached))
                        .line("Content-Disposition: inline; filename=postacert.eml")
                        .line("Content-Description: postacert.eml")
                        .line()
                        .bytes(attached));
        return out.raw(TransferEncodings.ascii("--" + mixed + "--\r\n")).toBytes();
    }

    @Override
    public byte[] assemble(
            SystemMail mail, byte[] signedPart, byte[] cms, SignatureDigest digest, Boundaries boundaries) {
        String signed = boundaries.javaMail();
        return headers(mail, signedPart.length + 16_384)
                .line("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg="
                        + digest.hyphenatedName() + "; ")
                .line("\tboundary=\"" + signed + "\"")
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
        for (SystemMail.Marker marker : mail.markers()) {
            out.line(marker.name() + ": " + marker.value());
        }
        String reference = mail.reference();
        if (reference != null) {
            // a long value goes on a line of its own, as Java mail folds it
            boolean folds = "X-Riferimento-Message-ID: ".length() + reference.length() > 76;
            out.line("X-Riferimento-Message-ID: " + (folds ? "\r\n " : "") + reference);
        }
        if (mail.remSubject() != null) {
            out.line("X-REM-Subject: REM " + mail.remSubject());
        }
        return out;
    }
}
