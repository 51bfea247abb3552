package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * All that is kept of one message: the original exactly as it was sent, every receipt byte for byte, and what was made of them.
 * Immutable and thread-safe; contents are read from the store when asked for.
 *
 * <p>{@link #writeTo(Path)} makes one file of it, a zip that anybody can check: with {@link EvidenceBundle}, or with {@code sha256sum}
 * and {@code openssl} as its {@code verification.txt} explains. It holds
 *
 * <ul>
 *   <li>{@code verification.txt}: in Italian and English, what was sent, what became of it, and whose signature proves it
 *   <li>{@code index.json}: the same for programs: events, times, hashes, verdicts, signers, chains, mailbox and UID of every receipt
 *   <li>{@code SHA256SUMS}: the hashes of all other files
 *   <li>{@code original.eml}: the message as it was sent
 *   <li>{@code receipts/NN-type-recipient.eml}: the receipts in the order in which they were recorded, those that were refused
 *       included
 *   <li>{@code certificates/}: the certificates of the signers and their issuers
 * </ul>
 *
 * <p>The same evidence gives the same bytes, whenever and wherever it is exported: entries have a fixed order and the times of what they
 * hold, and nothing is compressed, because every release of a compressor does that in its own way.
 *
 * @since 0.1.0
 */
public final class MessageEvidence {
    private static final int MOST_RACES = 20;

    private final TrackedMessage message;
    private final List<MessageEvent> events;
    private final StoredContent original;
    private final List<Receipt> receipts;
    private final PecReceiptParser parser;

    private MessageEvidence(
            TrackedMessage message,
            List<MessageEvent> events,
            StoredContent original,
            List<Receipt> receipts,
            PecReceiptParser parser) {
        this.message = message;
        this.events = List.copyOf(events);
        this.original = original;
        this.receipts = List.copyOf(receipts);
        this.parser = parser;
    }

    /**
     * A receipt, or another mail that was tied to the message.
     *
     * @param record where it was found and what was made of it
     * @param content its bytes as they came from the mailbox
     * @since 0.1.0
     */
    public record Receipt(ReceiptRecord record, StoredContent content) {}

    /**
     * Gathers what a store keeps of a message, as it was at one moment.
     *
     * @param store the store, not null
     * @param key which message, not null
     * @param parser reads the receipts again, and verifies their signatures again, when they are exported; not null
     * @return the evidence, or empty when there is no such message
     * @throws RetryableStoreException if the message keeps changing meanwhile
     * @throws io.github.pecmailproxy.store.StoreException if the store fails
     */
    public static Optional<MessageEvidence> find(EventStore store, MessageKey key, PecReceiptParser parser) {
        Objects.requireNonNull(parser, "parser");
        for (int race = 0; race < MOST_RACES; race++) {
            Optional<TrackedMessage> message = store.message(key);
            Optional<StoredContent> original = store.content(key);
            if (message.isEmpty() || original.isEmpty()) {
                return Optional.empty();
            }
            MessageEvidence evidence =
                    new MessageEvidence(message.get(), store.events(key), original.get(), receipts(store, key), parser);
            // Whatever becomes an event changes the message: unchanged, it was unchanged all the time.
            if (store.message(key).equals(message)) {
                return Optional.of(evidence);
            }
        }
        throw new RetryableStoreException("the evidence of " + key + " kept changing while it was gathered", null);
    }

    private static List<Receipt> receipts(EventStore store, MessageKey key) {
        List<Receipt> receipts = new ArrayList<>();
        ReceiptFilter filter = ReceiptFilter.ALL.ofMessage(key);
        List<ReceiptRecord> page = store.receipts(filter);
        while (!page.isEmpty()) {
            for (ReceiptRecord record : page) {
                if (record.contentKept()) {
                    store.receiptContent(record.id()).ifPresent(content -> receipts.add(new Receipt(record, content)));
                }
            }
            page = store.receipts(filter.after(page.get(page.size() - 1).id()));
        }
        return receipts;
    }

    /**
     * Puts evidence together that does not come from an {@link EventStore}, such as an archive of the host's own.
     *
     * @param message the message
     * @param events its events, in order
     * @param original the message as it was sent
     * @param receipts the receipts, in the order in which they were recorded
     * @param parser reads the receipts again, and verifies their signatures again, when they are exported
     * @return the evidence, never null
     */
    public static MessageEvidence of(
            TrackedMessage message,
            List<MessageEvent> events,
            StoredContent original,
            List<Receipt> receipts,
            PecReceiptParser parser) {
        return new MessageEvidence(
                Objects.requireNonNull(message, "message"),
                events,
                Objects.requireNonNull(original, "original"),
                receipts,
                Objects.requireNonNull(parser, "parser"));
    }

    /**
     * Returns the message.
     *
     * @return the message as it was when the evidence was gathered, never null
     */
    public TrackedMessage message() {
        return message;
    }

    /**
     * Returns what happened to it.
     *
     * @return its events in the order in which they were stored, never null
     */
    public List<MessageEvent> events() {
        return events;
    }

    /**
     * Returns what was sent.
     *
     * @return the message's bytes, never null
     */
    public StoredContent original() {
        return original;
    }

    /**
     * Returns what came back.
     *
     * @return the receipts in the order in which they were recorded, refused ones included; never null
     */
    public List<Receipt> receipts() {
        return receipts;
    }

    /**
     * Writes the bundle. Every content is read twice, through a buffer; however large it is, memory is bounded.
     *
     * @param out where to; neither closed nor buffered
     * @throws IOException if it cannot be written, if the store cannot be read, or if what the store holds is not what was
     *     recorded: then nothing was written, unless it changed while it was read
     */
    public void writeTo(OutputStream out) throws IOException {
        try {
            BundleWriter.prepare(this, parser).write(out);
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    /**
     * Writes the bundle to a file: it appears as a whole, durably, or not at all. A file of that name is replaced.
     *
     * @param file which file, in a directory that exists
     * @throws IOException as for {@link #writeTo(OutputStream)}
     */
    public void writeTo(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is not a file");
        }
        Path unfinished = Files.createTempFile(directory, ".evidence-", ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                writeTo(out);
            }
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    @Override
    public String toString() {
        return "MessageEvidence[" + message.key() + ", receipts=" + receipts.size() + "]";
    }
}
