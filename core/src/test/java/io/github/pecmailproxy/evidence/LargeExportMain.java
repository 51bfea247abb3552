package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Exports contents that are larger than the memory there is, and prints how large the bundle became. */
@SuppressWarnings({"InputStreamSlowMultibyteRead", "StringConcatToTextBlock"})
final class LargeExportMain {
    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
    private static final long LARGE = 40L << 20;

    private LargeExportMain() {}

    /**
     * Runs.
     *
     * @param arguments the file to write
     */
    public static void main(String[] arguments) throws IOException {
        StoredContent original = content("Message-ID: <a@x>\r\nContent-Type: text/plain\r\n\r\n");
        StoredContent receipt =
                content("X-Ricevuta: avvenuta-consegna\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                        + "--b\r\nContent-Type: message/rfc822; name=postacert.eml\r\n\r\nMessage-ID: <b@x>\r\n\r\n");
        MessageKey key = MessageKey.of("large");
        TrackedMessage message = new TrackedMessage(
                key,
                1,
                "a",
                true,
                "<a@x>",
                "a@x",
                "s",
                Priority.MEDIUM,
                null,
                null,
                MessageState.SENT,
                List.of(),
                1,
                NOW,
                NOW,
                null,
                NOW,
                null,
                null,
                null,
                null,
                original.size(),
                original.sha256(),
                "f",
                1);
        ReceiptRecord record = new ReceiptRecord(
                1,
                new MailboxKey(new AccountKey("default", "a"), "INBOX"),
                1,
                1,
                NOW,
                NOW,
                receipt.sha256(),
                receipt.size(),
                null,
                "receipt",
                null,
                null,
                null,
                null,
                Verdict.UNSIGNED,
                List.of(),
                Disposition.REFUSED,
                "unsigned",
                key,
                null,
                true);
        Path file = Path.of(arguments[0]);
        MessageEvidence.of(
                        message,
                        List.of(),
                        original,
                        List.of(new MessageEvidence.Receipt(record, receipt)),
                        PecReceiptParser.create())
                .writeTo(file);
        System.out.println("written=" + (java.nio.file.Files.size(file) > 2 * LARGE));
    }

    private static StoredContent content(String start) throws IOException {
        byte[] head = start.getBytes(StandardCharsets.US_ASCII);
        try (Hashing hashing = new Hashing(open(head))) {
            hashing.drain();
            Hashing.Result result = hashing.result();
            return new StoredContent() {
                @Override
                public InputStream open() {
                    return LargeExportMain.open(head);
                }

                @Override
                public long size() {
                    return result.size();
                }

                @Override
                public String sha256() {
                    return result.sha256();
                }
            };
        }
    }

    private static InputStream open(byte[] head) {
        return new SequenceInputStream(new ByteArrayInputStream(head), new InputStream() {
            private long left = LARGE;

            @Override
            public int read() {
                return left-- > 0 ? (left % 78 == 1 ? '\r' : left % 78 == 0 ? '\n' : 'a') : -1;
            }
        });
    }
}
