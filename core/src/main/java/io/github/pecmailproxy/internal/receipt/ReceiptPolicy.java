package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.Verdict;
import java.util.Optional;

/** Decides whether a receipt that was tied to a message counts. Stateless and thread-safe. */
final class ReceiptPolicy {
    private ReceiptPolicy() {}

    /** Returns why the receipt does not count, in one English sentence; empty when it does. */
    static Optional<String> objection(CertifiedReceipt receipt, TrackedMessage message, MailAccount account) {
        if (receipt.event().isEmpty()) {
            return Optional.of("a receipt of type " + receipt.type().wireName() + " says nothing to the sender");
        }
        return signature(receipt, account.receiptTrust())
                .or(() -> sender(receipt, message, account))
                .or(() -> recipient(receipt, message))
                .or(() -> identity(receipt, message));
    }

    private static Optional<String> signature(CertifiedReceipt receipt, ReceiptTrust trust) {
        SignatureCheck check = receipt.signature();
        boolean valid = check.verdict() == Verdict.TRUSTED || check.verdict() == Verdict.UNTRUSTED;
        boolean enough = switch (trust) {
            case REQUIRE_PROOF -> check.verdict() == Verdict.TRUSTED;
            case ACCEPT_VALID_SIGNATURE -> valid;
            case ACCEPT_UNVERIFIED -> true;
        };
        if (!enough) {
            return Optional.of("the signature is " + check.verdict().wireName()
                    + check.reason().map(why -> ": " + why).orElse(""));
        }
        if (trust == ReceiptTrust.ACCEPT_UNVERIFIED) {
            return Optional.empty();
        }
        if (!receipt.isCertified()) {
            return Optional.of("there is no certification in it");
        }
        return receipt.problems().stream()
                .filter(problem -> problem.code().excludesProof())
                .findFirst()
                .map(Problem::detail);
    }

    private static Optional<String> sender(CertifiedReceipt receipt, TrackedMessage message, MailAccount account) {
        // A genuine receipt of somebody else's message must not pass for one of ours (facts 2.2 H). The sender is
        // mandatory in the certification: one that names nobody certifies nobody's message.
        if (receipt.sender().filter(sender -> !sender.isBlank()).isEmpty()
                && account.receiptTrust() != ReceiptTrust.ACCEPT_UNVERIFIED) {
            return Optional.of("it does not certify whose message it speaks of");
        }
        return receipt.sender()
                .filter(sender -> !account.address().sameMailbox(sender)
                        && !message.envelopeFrom().equalsIgnoreCase(sender.strip()))
                .map(sender -> "it certifies a message of another sender, " + quoted(sender));
    }

    private static Optional<String> recipient(CertifiedReceipt receipt, TrackedMessage message) {
        if (receipt.type() == ReceiptType.ACCETTAZIONE
                || receipt.type() == ReceiptType.NON_ACCETTAZIONE
                || receipt.type() == ReceiptType.PRESA_IN_CARICO) {
            return Optional.empty();
        }
        Optional<String> recipient = receipt.recipient();
        if (recipient.isEmpty()) {
            return Optional.of("it names no recipient");
        }
        return message.recipient(recipient.get()).isPresent()
                ? Optional.empty()
                : Optional.of("the message had no recipient " + quoted(recipient.get()));
    }

    private static Optional<String> identity(CertifiedReceipt receipt, TrackedMessage message) {
        String known = message.providerMessageId();
        // A message that was sent again was accepted under another identifier each time.
        if (known == null || message.attempts() > 1) {
            return Optional.empty();
        }
        return receipt.providerMessageId()
                .filter(claimed -> !claimed.equals(known))
                .map(claimed -> "the provider knows this message as " + quoted(known) + ", the receipt says "
                        + quoted(claimed));
    }

    private static String quoted(String value) {
        return InvalidValueException.quote(value);
    }
}
