package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.pec.Bounce;
import io.github.pecmailproxy.pec.BouncedRecipient;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a receipt certifies or a notification reports, in one short text: the same for the same statement and for no other, under
 * whatever headers its copies arrive. Stateless and thread-safe.
 */
final class StatedFacts {
    private StatedFacts() {}

    static String key(CertifiedReceipt receipt) {
        List<String> facts = new ArrayList<>();
        facts.add(receipt.type().wireName());
        facts.add(receipt.providerMessageId().orElse(""));
        facts.add(receipt.originalMessageId().orElse(""));
        facts.add(receipt.recipient().orElse(""));
        facts.add(receipt.certifiedTime().map(Object::toString).orElse(""));
        facts.addAll(receipt.relayedRecipients());
        return "certified:" + digest(facts);
    }

    /** Nothing in a notification is its alone but its Message-ID. */
    static Optional<String> key(Bounce bounce) {
        return bounce.messageId().map(messageId -> "bounce:" + digest(facts(messageId, bounce)));
    }

    private static List<String> facts(String messageId, Bounce bounce) {
        List<Optional<String>> facts = new ArrayList<>(List.of(
                Optional.of(messageId),
                bounce.reportingServer(),
                bounce.returnedMessageId(),
                bounce.returnedReferenceMessageId()));
        for (BouncedRecipient recipient : bounce.recipients()) {
            facts.addAll(List.of(
                    recipient.finalRecipient(),
                    recipient.originalRecipient(),
                    recipient.action(),
                    recipient.status(),
                    recipient.diagnostic(),
                    recipient.remoteServer()));
        }
        return facts.stream().map(fact -> fact.orElse("")).toList();
    }

    private static String digest(List<String> facts) {
        MessageDigest digest = sha256();
        for (String fact : facts) {
            byte[] bytes = fact.getBytes(StandardCharsets.UTF_8);
            // With its length, so that no two lists of facts run together to the same bytes.
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }
}
