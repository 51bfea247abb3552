package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Aruba's older software, as seen in mails of 2018 to 2023 (facts section 4, first row). */
final class ArubaOpecStyle implements MailStyle {
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
                Locale.ROOT, "opec291.%s.%05d.%d.1.63@%s", STAMP.format(time), number % 100_000, number, domain);
    }

    @Override
    public String receiptIdentifier(ZonedDateTime time, long number, String domain) {
        return String.format(
                Locale.ROOT,
                "opec291.%s.%05d.%d.1.%d.63@%s",
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
        return "\n";
    }

    @Override
    public byte[] signedPart(SystemMail mail, Boundaries boundaries) {
        String mixed = boundaries.mixed();
        String alternative = boundaries.mixed();
        SystemMail.ReadableText text = mail.text();
        MailText out =
                new MailText(4096 + mail.attachedMail().map(a -> a.length).orElse(0));
        out.line("Content-Type: multipart/mixed; boundary=\"" + mixed + "\"")
                .line("Content-Transfer-Encoding: binary")
                .line("MIME-Version: 1.0")
                .line()
                .line("--" + mixed)
                .line("Content-Type: multipart/alternative;")
                .line(" boundary=\"" + alternative + "\"")
                .line("Content-Transfer-Encoding: binary")
                .line()
                .line("--" + alternative)
                .line("Content-Type: text/plain; charset=\"iso-8859-1\"")
                .line("Content-Disposition: inline")
                .line("Content-Transfer-Encoding: quoted-printable")
                .line()
                .line(TransferEncodings.quotedPrintable(
                        "-- " + text.title() + " --\n\n" + String.join("\n", text.lines()) + "\n",
                        StandardCharsets.ISO_8859_1))
                .line("--" + alternative)
                .line("Content-Type: text/html; charset=\"iso-8859-1\"")
                .line("Content-Disposition: inline")
                .line("Content-Transfer-Encoding: quoted-printable")
                .line()
                .line(TransferEncodings.quotedPrintable(
                        MailText.htmlDocument(text.title(), text.lines()), StandardCharsets.ISO_8859_1))
                .line("--" + alternative + "--")
                .line();
        String daticert = mail.daticert();
        if (daticert != null) {
            out.line("--" + mixed)
                    .line("Content-Type: application/xml; name=\"daticert.xml\"")
                    .line("Content-Disposition: inline; filename=\"daticert.xml\"")
                    .line("Content-Transfer-Encoding: base64")
                    .line()
                    .line(TransferEncodings.base64(daticert.getBytes(StandardCharsets.UTF_8), 60))
                    .line();
        }
        mail.attachedMail()
                .ifPresent(attached -> out.line("--" + mixed)
                        .line("Content-Type: message/rfc822; name=\"postacert.eml\"")
                        .line("Content-Disposition: inline; filename=\"postacert.eml\"")
                        .line("Content-Transfer-Encoding: " + TransferEncodings.identityLabel(attached))
                        .line()
                        .bytes(attached));
        return out.raw(TransferEncodings.ascii("--" + mixed + "--\r\n")).toBytes();
    }

    @Override
    public byte[] assemble(
            SystemMail mail, byte[] signedPart, byte[] cms, SignatureDigest digest, Boundaries boundaries) {
        String signed = boundaries.signed();
        return headers(mail, signedPart.length + 16_384)
                .line("MIME-Version: 1.0")
                .line("Content-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\"; micalg=\""
                        + digest.plainName() + "\"; boundary=\"" + signed + "\"")
                .line()
                .line("This is an S/MIME signed message")
                .line()
                .line("--" + signed)
                .bytes(signedPart)
                .line("--" + signed)
                .line("Content-Type: application/x-pkcs7-signature; name=\"smime.p7s\"")
                .line("Content-Transfer-Encoding: base64")
                .line("Content-Disposition: attachment; filename=\"smime.p7s\"")
                .line()
                .line(TransferEncodings.base64(cms, 64))
                .line()
                .line("--" + signed + "--")
                .line()
                .toBytes();
    }

    @Override
    public byte[] assembleUnsigned(SystemMail mail, byte[] part, Boundaries boundaries) {
        return headers(mail, part.length + 1024).raw(part).toBytes();
    }

    private static MailText headers(SystemMail mail, int size) {
        MailText out = new MailText(size).fields(mail.inherited()).line("Subject: " + mail.subject());
        if (mail.reference() != null) {
            out.line("X-Riferimento-Message-ID: " + mail.reference());
        }
        out.line("Date: " + MailText.date(mail.time())).line("Message-ID: <" + mail.messageId() + ">");
        if (mail.replyTo() != null) {
            out.line("Reply-To: " + mail.replyTo());
        }
        if (mail.to() != null) {
            out.line("To: " + mail.to());
        }
        for (SystemMail.Marker marker : mail.markers()) {
            // this software capitalises the name its own way (facts section 4)
            String name = marker.name().equals("X-TipoRicevuta") ? "X-Tiporicevuta" : marker.name();
            out.line(name + ": " + marker.value());
        }
        return out.line("From: " + mail.from());
    }
}
