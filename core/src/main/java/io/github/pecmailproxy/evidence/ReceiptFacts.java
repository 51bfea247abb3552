package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One receipt of a bundle.
 *
 * @param recorded what was made of it when it was recorded
 * @param contents what it says
 * @param signature what its signature is worth, verified again when the bundle was exported
 */
record ReceiptFacts(
        BundleFile file, Place place, Recorded recorded, ReceiptContents contents, SignatureFacts signature) {
    private static final int LONGEST_ADDRESS = 80;

    /** Where and when it was found. */
    record Place(
            String account,
            String folder,
            long uidValidity,
            long uid,
            @Nullable Instant arrivedAt,
            Instant readAt) {}

    /** What was made of it. */
    record Recorded(Disposition disposition, String reason, Verdict verdict, List<String> problems) {
        Recorded {
            problems = List.copyOf(problems);
        }
    }

    /** Tells whether it proves something about the message: by its signature, and because it was tied to the message. */
    boolean counts() {
        return signature.proof()
                && (recorded.disposition() == Disposition.RECORDED || recorded.disposition() == Disposition.WAITING);
    }

    /** Names the file of a receipt by its number, type and recipient: nothing but letters, digits and {@code @ . _ + -}. */
    static String fileName(int number, ReceiptContents contents) {
        String type = contents.receiptType() == null ? contents.kind() : contents.receiptType();
        String recipient = contents.recipient();
        StringBuilder name = new StringBuilder(BundleFile.RECEIPTS);
        name.append(String.format(Locale.ROOT, "%02d-", number)).append(safe(type));
        if (recipient != null) {
            name.append('-').append(safe(recipient));
        }
        return name.append(".eml").toString();
    }

    private static String safe(String text) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < text.length() && safe.length() < LONGEST_ADDRESS; i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "@._+-".indexOf(c) >= 0;
            boolean repeatedDot = c == '.' && !safe.isEmpty() && safe.charAt(safe.length() - 1) == '.';
            safe.append(plain && !repeatedDot ? c : '_');
        }
        return safe.toString();
    }
}
