package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** The files of a bundle, to be changed and packed again by somebody who knows how bundles are made. Immutable. */
record Bundle(Map<String, byte[]> files) {
    static Bundle of(byte[] zip) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new Bundle(files);
    }

    byte[] file(String name) {
        return files.get(name);
    }

    String text(String name) {
        return new String(files.get(name), StandardCharsets.UTF_8);
    }

    Bundle with(String name, byte[] content) {
        Map<String, byte[]> changed = new LinkedHashMap<>(files);
        changed.put(name, content);
        return new Bundle(changed);
    }

    Bundle without(String name) {
        Map<String, byte[]> changed = new LinkedHashMap<>(files);
        changed.remove(name);
        return new Bundle(changed);
    }

    /** Changes a file, and everything that depends on its hash. */
    Bundle forged(String name, UnaryOperator<byte[]> edit) {
        byte[] before = file(name);
        byte[] after = edit.apply(before);
        String index = text(BundleFile.INDEX)
                .replaceAll(
                        "\"size\": " + before.length + "(,\\s+\"sha256\": \")" + Hashing.sha256(before),
                        "\"size\": " + after.length + "$1" + Hashing.sha256(after));
        return with(name, after).forgedIndex(json -> index);
    }

    /** Changes the index, and everything that depends on it; where it can still be read, the text says what the index says. */
    Bundle forgedIndex(UnaryOperator<String> edit) {
        String json = edit.apply(text(BundleFile.INDEX));
        byte[] index = json.getBytes(StandardCharsets.UTF_8);
        byte[] text = file(BundleFile.TEXT);
        try {
            BundleIndex read = IndexReader.read(index).index();
            text = VerificationText.of(read);
            index = IndexWriter.write(read, new BundleFile(BundleFile.TEXT, text.length, Hashing.sha256(text)));
        } catch (BundleException | RuntimeException unreadable) {
            // What cannot be read stays as it was edited.
        }
        return with(BundleFile.INDEX, index).with(BundleFile.TEXT, text).summed();
    }

    /** Renames a file. */
    Bundle renamed(String name, String other) {
        return with(other, file(name)).without(name);
    }

    /** Writes the list of hashes again. */
    Bundle summed() {
        List<BundleFile> listed = new ArrayList<>();
        files.forEach((name, content) -> {
            if (!name.equals(BundleFile.CHECKSUMS)) {
                listed.add(new BundleFile(name, content.length, Hashing.sha256(content)));
            }
        });
        return with(BundleFile.CHECKSUMS, BundleWriter.checksums(listed));
    }

    byte[] zip(boolean compressed) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                if (!compressed) {
                    CRC32 crc = new CRC32();
                    crc.update(file.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(file.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                out.putNextEntry(entry);
                out.write(file.getValue());
                out.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    Path unpack(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path target = folder.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue());
        }
        return folder;
    }

    EvidenceVerification verified(Path folder, ProviderTrust trust) throws IOException {
        return EvidenceBundle.verify(Files.write(folder.resolve("bundle.zip"), zip(false)), trust);
    }

    static Set<EvidenceRule> failed(EvidenceVerification verification) {
        return verification.failures().stream().map(EvidenceCheck::rule).collect(Collectors.toSet());
    }
}
