package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptDraft;
import io.github.pecmailproxy.sandbox.ReceiptType;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something that looks like the delivery receipt of a message and is none.
 *
 * @param name what was done
 * @param mail the bytes
 * @param verdict what its signature is worth
 * @param problem a problem that is found in it, empty for none
 */
record Forgery(String name, byte[] mail, Verdict verdict, String problem) {
    private static final Pattern TYPE = Pattern.compile("(?im)^Content-Type:.*(\r\n[ \t].*)*\r\n");

    /**
     * Forges in all ways.
     *
     * @param sandbox the provider
     * @param message the message that the forger wants to be taken for delivered
     * @param other another message of the same sender, delivered to the same recipient
     * @param recipient the recipient
     */
    static List<Forgery> all(PecSandbox sandbox, AcceptedMessage message, AcceptedMessage other, String recipient) {
        byte[] genuine = draft(sandbox, message, recipient).toBytes();
        String genuineOther = text(draft(sandbox, other, recipient).toBytes());
        AtomicReference<String> daticert = new AtomicReference<>();
        draft(sandbox, other, recipient)
                .daticert(xml -> {
                    daticert.set(xml);
                    return xml;
                })
                .toBytes();
        return List.of(
                signed(sandbox, message, recipient, DraftSignature.STRANGER, Verdict.UNTRUSTED),
                signed(sandbox, message, recipient, DraftSignature.OTHER_PROVIDER, Verdict.UNTRUSTED),
                signed(sandbox, message, recipient, DraftSignature.BROKEN, Verdict.INVALID),
                signed(sandbox, message, recipient, DraftSignature.NONE, Verdict.UNSIGNED),
                new Forgery("one byte changed", oneByteChanged(genuine), Verdict.INVALID, ""),
                new Forgery("written anew", writtenAnew(genuine), Verdict.INVALID, ""),
                new Forgery("wrapped again", wrappedAgain(genuine), Verdict.UNTRUSTED, "rewrapped"),
                new Forgery(
                        "another receipt's daticert",
                        draft(sandbox, message, recipient)
                                .daticertAfterSigning(xml -> daticert.get())
                                .toBytes(),
                        Verdict.INVALID,
                        ""),
                edited(
                        "replayed under another reference",
                        genuineOther,
                        "X-Riferimento-Message-ID",
                        message.messageId().orElseThrow()),
                edited("replayed as another type", genuineOther, "X-Ricevuta", "errore-consegna"));
    }

    private static ReceiptDraft draft(PecSandbox sandbox, AcceptedMessage message, String recipient) {
        return sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA).about(message).recipient(recipient);
    }

    private static Forgery signed(
            PecSandbox sandbox, AcceptedMessage message, String recipient, DraftSignature whose, Verdict verdict) {
        return new Forgery(
                "signed by " + whose,
                draft(sandbox, message, recipient).signature(whose).toBytes(),
                verdict,
                "");
    }

    private static Forgery edited(String name, String genuine, String header, String value) {
        String edited = genuine.replaceFirst(
                "(?im)^" + header + ":.*\r\n", Matcher.quoteReplacement(header + ": " + value + "\r\n"));
        return new Forgery(name, bytes(edited), Verdict.TRUSTED, "header_daticert_mismatch");
    }

    private static byte[] oneByteChanged(byte[] genuine) {
        byte[] changed = genuine.clone();
        changed[text(genuine).indexOf("text/plain")] ^= 0x20;
        return changed;
    }

    private static byte[] writtenAnew(byte[] genuine) {
        try {
            MimeMessage message =
                    new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(genuine));
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
            return out.toByteArray();
        } catch (MessagingException impossible) {
            throw new IllegalStateException(impossible);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static byte[] wrappedAgain(byte[] genuine) {
        String mail = text(genuine);
        int body = mail.indexOf("\r\n\r\n") + 4;
        Matcher type = TYPE.matcher(mail.substring(0, body - 2));
        if (!type.find()) {
            throw new IllegalStateException("a receipt without Content-Type");
        }
        return bytes(type.replaceFirst("Content-Type: multipart/mixed; boundary=outer\r\n")
                + "\r\n--outer\r\n" + type.group() + "\r\n" + mail.substring(body)
                + "\r\n--outer\r\nContent-Type: text/plain\r\n\r\nfooter of a mailing list\r\n--outer--\r\n");
    }

    private static String text(byte[] mail) {
        return new String(mail, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String mail) {
        return mail.getBytes(StandardCharsets.ISO_8859_1);
    }
}
