package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One receipt to write.
 *
 * @param type its kind
 * @param message the message it speaks of
 * @param issuer the provider that writes it
 * @param to the mailbox it goes to
 * @param error daticert's {@code errore}
 * @param recipient the recipient it speaks of, null for all
 * @param taken the recipients a presa in carico speaks of
 * @param extendedError {@code errore-esteso}, null for none
 * @param finalNotice true for the 24-hour notice, which differs from the 12-hour one in words only
 * @param time when it happened
 */
record ReceiptSpec(
        ReceiptType type,
        CertifiedMessage message,
        Provider issuer,
        String to,
        DaticertError error,
        @Nullable String recipient,
        List<String> taken,
        @Nullable String extendedError,
        boolean finalNotice,
        ZonedDateTime time) {

    static ReceiptSpec of(ReceiptType type, CertifiedMessage message, Provider issuer, ZonedDateTime time) {
        return new ReceiptSpec(
                type, message, issuer, message.sender(), DaticertError.NESSUNO, null, List.of(), null, false, time);
    }

    ReceiptSpec forRecipient(String address) {
        return new ReceiptSpec(type, message, issuer, to, error, address, taken, extendedError, finalNotice, time);
    }

    ReceiptSpec withError(DaticertError newError, @Nullable String text) {
        return new ReceiptSpec(type, message, issuer, to, newError, recipient, taken, text, finalNotice, time);
    }

    ReceiptSpec asFinalNotice() {
        return new ReceiptSpec(type, message, issuer, to, error, recipient, taken, extendedError, true, time);
    }

    ReceiptSpec takenFor(List<String> addresses) {
        return new ReceiptSpec(
                type, message, issuer, to, error, recipient, addresses, extendedError, finalNotice, time);
    }

    ReceiptSpec addressedTo(String mailbox) {
        return new ReceiptSpec(
                type, message, issuer, mailbox, error, recipient, taken, extendedError, finalNotice, time);
    }

    boolean virus() {
        return error == DaticertError.VIRUS;
    }
}
