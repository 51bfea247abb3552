package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.AttachedMail;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.MailContent;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.ProblemCode;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Holds the hashes in a brief delivery receipt against what was attached to the message that was sent (RFC 6109 section 3.3.2.2). One
 * original is in memory at a time, and the hashes of the last few are remembered: a message has as many receipts as recipients.
 * Thread-safe.
 */
final class SentAttachments {
    /**
     * The longest original that is read, in bytes: 32 MiB. What few providers take beyond that is compared when the evidence is
     * verified.
     */
    static final long LONGEST_ORIGINAL = 32L << 20;

    private static final int REMEMBERED = 64;

    private final Function<MessageKey, Optional<StoredContent>> originals;
    private final Map<String, Set<String>> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<String>> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * Creates it.
     *
     * @param originals finds a message's bytes as they were sent
     */
    SentAttachments(Function<MessageKey, Optional<StoredContent>> originals) {
        this.originals = originals;
    }

    /**
     * Returns the first hash in a receipt that is that of nothing in the message; empty when there is none, or nothing to compare.
     *
     * @throws UncheckedIOException if the original cannot be read back
     */
    Optional<Problem> contradiction(CertifiedReceipt receipt, TrackedMessage message) {
        Map<String, String> hashes =
                receipt.original().map(AttachedMail::hashes).orElse(Map.of());
        if (hashes.isEmpty() || message.contentSize() > LONGEST_ORIGINAL) {
            return Optional.empty();
        }
        return known(message)
                .flatMap(known -> hashes.entrySet().stream()
                        .filter(hash -> !known.contains(hash.getValue()))
                        .findFirst())
                .map(hash -> new Problem(
                        ProblemCode.ATTACHMENT_HASH_MISMATCH,
                        "it certifies an attachment " + InvalidValueException.quote(hash.getKey()) + " with the SHA-1 "
                                + hash.getValue() + ", and nothing that was sent has that"));
    }

    private synchronized Optional<Set<String>> known(TrackedMessage message) {
        Optional<Set<String>> hashes = Optional.ofNullable(remembered.get(message.messageId()))
                .or(() -> originals.apply(message.key()).flatMap(SentAttachments::hashes));
        hashes.ifPresent(found -> remembered.put(message.messageId(), found));
        return hashes;
    }

    private static Optional<Set<String>> hashes(StoredContent original) {
        try (InputStream in = original.open()) {
            return MailContent.of(in.readAllBytes()).parts().map(SentAttachments::hashes);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("a message that was sent cannot be read back", unreadable);
        }
    }

    private static Set<String> hashes(List<MailContent.Part> parts) {
        Set<String> hashes = new HashSet<>();
        for (MailContent.Part part : parts) {
            hashes.add(part.sha1());
            if (part.isHash()) {
                // An attachment that looks like a hash itself and came back whole.
                part.text().ifPresent(text -> hashes.add(text.strip().toLowerCase(Locale.ROOT)));
            }
        }
        return hashes;
    }
}
