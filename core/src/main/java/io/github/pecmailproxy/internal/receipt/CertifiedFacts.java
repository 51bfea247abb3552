package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What a receipt certifies, in one short text: the same for the same receipt and for no other. Stateless and thread-safe. */
final class CertifiedFacts {
    private CertifiedFacts() {}

    static String key(CertifiedReceipt receipt) {
        List<String> facts = new ArrayList<>();
        facts.add(receipt.type().wireName());
        facts.add(receipt.providerMessageId().orElse(""));
        facts.add(receipt.originalMessageId().orElse(""));
        facts.add(receipt.recipient().orElse(""));
        facts.add(receipt.certifiedTime().map(Object::toString).orElse(""));
        facts.addAll(receipt.relayedRecipients());
        MessageDigest digest = sha256();
        for (String fact : facts) {
            byte[] bytes = fact.getBytes(StandardCharsets.UTF_8);
            // With its length, so that no two lists of facts run together to the same bytes.
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return "certified:" + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }
}
