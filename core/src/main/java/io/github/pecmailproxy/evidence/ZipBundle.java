package io.github.pecmailproxy.evidence;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * A bundle in a zip. A zip lists its entries at its end and repeats each before its content; programs read the one or the other, so
 * that a crafted file shows different things to different readers. Here both must agree, content included.
 */
final class ZipBundle implements BundleFiles {
    private static final Set<String> FOLDERS = Set.of(BundleFile.RECEIPTS, BundleFile.CERTIFICATES);

    /** How much smaller than itself a file may lie in a zip; text compresses tenfold, bombs a thousandfold. */
    private static final long GREATEST_RATIO = 200;

    private static final long SMALL = 1 << 20;

    private final ZipFile zip;
    private final Map<String, ZipEntry> entries;

    private ZipBundle(ZipFile zip, Map<String, ZipEntry> entries) {
        this.zip = zip;
        this.entries = entries;
    }

    /**
     * Opens a zip.
     *
     * @throws BundleException if it is not a zip, or one that no export writes
     */
    static ZipBundle open(Path file) throws IOException, BundleException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new BundleException("it is not a zip: " + unreadable.getMessage());
        }
        try {
            ZipBundle bundle = new ZipBundle(zip, list(zip));
            bundle.compareWithLocalHeaders(file);
            return bundle;
        } catch (IOException | BundleException | RuntimeException refused) {
            zip.close();
            throw refused;
        }
    }

    private static Map<String, ZipEntry> list(ZipFile zip) throws BundleException {
        if (zip.size() > MOST_FILES) {
            throw new BundleException("it has more than " + MOST_FILES + " entries");
        }
        if (zip.getComment() != null && !zip.getComment().isEmpty()) {
            throw new BundleException("it has a comment, which no bundle has");
        }
        Map<String, ZipEntry> entries = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
            String name = entry.getName();
            if (FOLDERS.contains(name) && entry.getSize() == 0) {
                continue;
            }
            if (!SAFE_NAME.matcher(name).matches()) {
                throw new BundleException("it has an entry that no bundle has: " + name);
            }
            // Where names are compared without case, one would replace the other.
            if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                throw new BundleException("it has an entry twice: " + name);
            }
            if (entry.getSize() < 0 || entry.getSize() > LARGEST_FILE) {
                throw new BundleException(name + " is longer than " + LARGEST_FILE + " bytes");
            }
            if (entry.getSize() > SMALL && entry.getSize() / GREATEST_RATIO > entry.getCompressedSize()) {
                throw new BundleException(name + " is compressed more than any evidence can be: a bomb");
            }
            entries.put(name, entry);
        }
        return entries;
    }

    private void compareWithLocalHeaders(Path file) throws IOException, BundleException {
        Set<String> missing = new HashSet<>(entries.keySet());
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 64 << 10);
                ZipInputStream sequence = new ZipInputStream(in, StandardCharsets.UTF_8)) {
            for (ZipEntry entry = sequence.getNextEntry(); entry != null; entry = sequence.getNextEntry()) {
                String name = entry.getName();
                if (FOLDERS.contains(name)) {
                    continue;
                }
                ZipEntry listed = entries.get(name);
                if (listed == null || !missing.remove(name)) {
                    throw new BundleException("it has an entry that its own directory does not list: " + name);
                }
                if (!fingerprint(name, new BoundedStream(sequence, listed.getSize()))
                        .equals(fingerprint(name, open(name)))) {
                    throw new BundleException(name + " is one thing for some readers and another for others");
                }
            }
        } catch (IOException | IllegalArgumentException damaged) {
            throw new BundleException("it is damaged: " + damaged.getMessage());
        }
        if (!missing.isEmpty()) {
            throw new BundleException("its directory lists what is not there: "
                    + missing.iterator().next());
        }
    }

    private static Hashing.Result fingerprint(String name, InputStream content) throws IOException {
        Hashing hashing = new Hashing(content);
        try {
            hashing.drain();
        } catch (IOException damaged) {
            throw new IOException(name + " cannot be read: " + damaged.getMessage(), damaged);
        }
        return hashing.result();
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(entries.keySet());
    }

    @Override
    public InputStream open(String name) throws IOException {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new IOException("there is no " + name);
        }
        return new BoundedStream(zip.getInputStream(entry), entry.getSize());
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
