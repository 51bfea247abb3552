package io.github.pecmailproxy.pec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes everything a result says as one text, so that two results can be compared. */
final class MailText {
    private MailText() {}

    static String of(PecMail mail) {
        String text = mail.toString();
        Optional<AttachedMail> attached = attached(mail);
        return attached.map(found -> text
                        + '\n'
                        + found.size()
                        + '\n'
                        + found.messageId()
                        + '\n'
                        + found.hashes()
                        + '\n'
                        + content(found))
                .orElse(text);
    }

    private static Optional<AttachedMail> attached(PecMail mail) {
        if (mail instanceof CertifiedReceipt receipt) {
            return receipt.original();
        }
        if (mail instanceof TransportEnvelope envelope) {
            return envelope.message();
        }
        return mail instanceof AnomalyEnvelope anomaly ? anomaly.wrapped() : Optional.empty();
    }

    private static String content(AttachedMail attached) {
        Optional<InputStream> content = attached.open();
        if (content.isEmpty()) {
            return "not retained";
        }
        try (InputStream stream = content.get()) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
