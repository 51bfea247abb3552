package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.ContentSource;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a bundle as a zip. A first pass over the contents hashes and verifies them; the second writes them, behind the index that the first
 * one made. Not thread-safe.
 */
final class BundleWriter {
    /** The years that a zip can tell; it knows no zones, so all times are universal. */
    private static final LocalDateTime EARLIEST = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final LocalDateTime LATEST = LocalDateTime.of(2107, 12, 31, 23, 59, 58);

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private BundleWriter() {}

    /** A file to write, and what is known of it. */
    private record Entry(ContentSource content, Hashing.Result fingerprint, Instant time) {
        BundleFile file(String name) {
            return new BundleFile(name, fingerprint.size(), fingerprint.sha256());
        }
    }

    /** Reads, hashes and verifies everything. */
    static BundleWriter prepare(MessageEvidence evidence, PecReceiptParser parser) throws IOException {
        BundleWriter writer = new BundleWriter();
        TrackedMessage message = evidence.message();
        Map<String, Entry> contents = new LinkedHashMap<>();
        Entry original =
                read(evidence.original(), message.contentSha256(), "the message as sent", message.enqueuedAt());
        contents.put(BundleFile.ORIGINAL, original);
        List<ReceiptFacts> receipts = new ArrayList<>();
        Map<String, CertificateFacts> certificates = new LinkedHashMap<>();
        Map<String, Entry> certificateEntries = new LinkedHashMap<>();
        for (MessageEvidence.Receipt receipt : evidence.receipts()) {
            ReceiptRecord record = receipt.record();
            PecMail mail = parse(receipt.content(), parser);
            Instant time = Objects.requireNonNullElse(record.arrivedAt(), record.readAt());
            Entry entry = read(receipt.content(), record.fingerprint(), "receipt number " + record.id(), time);
            List<String> chain = new ArrayList<>();
            for (X509Certificate certificate : mail.signature().chain()) {
                CertificateFacts facts = CertificateFacts.of(certificate);
                String name = facts.file().name();
                certificates.put(name, facts);
                certificateEntries.put(name, entry(CertificateFacts.pem(certificate), facts.notBefore()));
                chain.add(name);
            }
            ReceiptContents says = ReceiptContents.of(mail);
            String name = ReceiptFacts.fileName(receipts.size() + 1, says);
            receipts.add(new ReceiptFacts(
                    entry.file(name),
                    new ReceiptFacts.Place(
                            record.mailbox().account().id(),
                            record.mailbox().folder(),
                            record.uidValidity(),
                            record.uid(),
                            record.arrivedAt(),
                            record.readAt()),
                    new ReceiptFacts.Recorded(
                            record.disposition(), record.reason(), record.verdict(), record.problems()),
                    says,
                    SignatureFacts.of(mail, chain)));
            contents.put(name, entry);
        }
        contents.putAll(certificateEntries);
        BundleIndex index = new BundleIndex(
                MessageFacts.of(message),
                original.file(BundleFile.ORIGINAL),
                receipts,
                evidence.events().stream().map(BundleIndex.Event::of).toList(),
                List.copyOf(certificates.values()));
        writer.add(index, contents, message);
        return writer;
    }

    private void add(BundleIndex index, Map<String, Entry> contents, TrackedMessage message) throws IOException {
        Entry text = entry(VerificationText.of(index), message.enqueuedAt());
        Entry json = entry(IndexWriter.write(index, text.file(BundleFile.TEXT)), message.enqueuedAt());
        Map<String, Entry> hashed = new LinkedHashMap<>();
        hashed.put(BundleFile.TEXT, text);
        hashed.put(BundleFile.INDEX, json);
        hashed.putAll(contents);
        List<BundleFile> files = new ArrayList<>();
        hashed.forEach((name, entry) -> files.add(entry.file(name)));
        // What people look for first comes first.
        entries.put(BundleFile.TEXT, text);
        entries.put(BundleFile.INDEX, json);
        entries.put(BundleFile.CHECKSUMS, entry(checksums(files), message.enqueuedAt()));
        entries.putAll(contents);
    }

    /** Writes hashes in the format of the {@code sha256sum} command. */
    static byte[] checksums(List<BundleFile> files) {
        StringBuilder lines = new StringBuilder();
        files.forEach(file ->
                lines.append(file.sha256()).append("  ").append(file.name()).append('\n'));
        return lines.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static Entry entry(byte[] bytes, Instant time) throws IOException {
        return read(() -> new ByteArrayInputStream(bytes), null, "", time);
    }

    private static Entry read(ContentSource content, @Nullable String sha256, String what, Instant time)
            throws IOException {
        try (Hashing in = new Hashing(content.open())) {
            in.drain();
            Hashing.Result result = in.result();
            if (sha256 != null && !result.sha256().equals(sha256)) {
                throw new IOException(what + " is not what was recorded: its SHA-256 is " + result.sha256()
                        + ", recorded was " + sha256);
            }
            return new Entry(content, result, time);
        }
    }

    private static PecMail parse(StoredContent content, PecReceiptParser parser) throws IOException {
        try (var in = content.open()) {
            return parser.parse(in);
        }
    }

    void write(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        zip.setMethod(ZipOutputStream.STORED);
        for (Map.Entry<String, Entry> one : entries.entrySet()) {
            Entry entry = one.getValue();
            Hashing.Result expected = entry.fingerprint();
            ZipEntry header = new ZipEntry(one.getKey());
            header.setSize(expected.size());
            header.setCompressedSize(expected.size());
            header.setCrc(expected.crc());
            header.setTimeLocal(local(entry.time()));
            zip.putNextEntry(header);
            try (Hashing in = new Hashing(entry.content().open())) {
                in.copyTo(zip);
                if (!in.result().equals(expected)) {
                    throw new IOException(one.getKey() + " changed while it was written");
                }
            }
            zip.closeEntry();
        }
        zip.finish();
        zip.flush();
    }

    private static LocalDateTime local(Instant time) {
        LocalDateTime local = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        return local.isBefore(EARLIEST) ? EARLIEST : local.isAfter(LATEST) ? LATEST : local;
    }
}
