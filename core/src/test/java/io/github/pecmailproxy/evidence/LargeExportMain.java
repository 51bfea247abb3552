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
        StoredContent original = content("""
                Message-ID: <a@x>
                Content-Type: text/plain

                """);
        StoredContent receipt = content("""
                X-Ricevuta: avvenuta-consegna
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: message/rfc822; name=postacert.eml

                Message-ID: <b@x>

                """);
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
            private final byte[] line = ("a".repeat(76) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            private long read;

            @Override
            public int read() {
                return read < LARGE ? line[(int) (read++ % line.length)] : -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                int count = (int) Math.min(length, LARGE - read);
                for (int i = 0; i < count; i++) {
                    buffer[offset + i] = (byte) read();
                }
                return count == 0 && length > 0 ? -1 : count;
            }
        });
    }
}
