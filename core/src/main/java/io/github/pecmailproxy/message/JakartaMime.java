package io.github.pecmailproxy.message;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Writes messages of Jakarta Mail. Stateless and thread-safe. */
final class JakartaMime {
    private JakartaMime() {}

    static byte[] write(MimeMessage message) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            message.writeTo(bytes);
            return bytes.toByteArray();
        } catch (MessagingException | IOException failure) {
            throw new InvalidValueException("mime", "cannot be written: " + failure.getMessage());
        }
    }
}
