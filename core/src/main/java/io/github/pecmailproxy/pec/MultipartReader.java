package io.github.pecmailproxy.pec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks into an attached mail in memory, only when somebody asks for what is in it. */
final class MultipartReader {
    private static final String HASH_SUFFIX = ".hash";
    private static final int HASH_DIGITS = 40;

    /** A hash with line end, or in base64, is far shorter. */
    private static final int MAX_HASH_PART_BYTES = 1_000;

    private final ParserLimits limits;
    private final Map<String, String> hashes = new LinkedHashMap<>();
    private int parts;

    private MultipartReader(ParserLimits limits) {
        this.limits = limits;
    }

    /** Reads the outermost header of a mail. */
    static HeaderSection header(ByteSlice mail, ParserLimits limits) {
        try {
            return HeaderSection.of(window(mail).readHeader(limits.maxHeaderBytes()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Reads the hashes of a breve receipt's original (RFC 6109 section 3.3.2.2). */
    static Map<String, String> hashes(ByteSlice mail, ParserLimits limits) {
        MultipartReader reader = new MultipartReader(limits);
        try {
            reader.readEntity(mail, 1);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Collections.unmodifiableMap(reader.hashes);
    }

    private static MailWindow window(ByteSlice slice) {
        return new MailWindow(slice);
    }

    /** Reads a mail or part; every level is searched anew, which is why their number is limited. */
    private void readEntity(ByteSlice entity, int depth) throws IOException {
        MailWindow window = window(entity);
        HeaderSection header = HeaderSection.of(window.readHeader(limits.maxHeaderBytes()));
        HeaderParameters type = HeaderParameters.of(header.first("Content-Type"));
        if (!type.value().startsWith("multipart/")) {
            readHash(header, type, window);
            return;
        }
        @Nullable String boundary = type.first("boundary");
        if (boundary == null || depth > limits.maxDepth() || window.enter(boundary) < 0) {
            return;
        }
        window.seek();
        while (window.stop() == 0 && !window.isClosing() && parts++ < limits.maxParts()) {
            window.passDelimiter();
            window.startCapture(Integer.MAX_VALUE);
            window.seek();
            readEntity(window.endCapture(), depth + 1);
        }
    }

    private void readHash(HeaderSection header, HeaderParameters type, MailWindow window) throws IOException {
        HeaderParameters disposition = HeaderParameters.of(header.first("Content-Disposition"));
        @Nullable String name = disposition.first("filename");
        if (name == null) {
            name = type.first("name");
        }
        if (name == null || !HeaderSection.lowerCase(name).endsWith(HASH_SUFFIX)) {
            return;
        }
        window.startCapture(MAX_HASH_PART_BYTES);
        window.seek();
        ByteSlice content = window.endCapture();
        String encoding = header.find("Content-Transfer-Encoding").orElse("");
        byte[] decoded = TransferEncoding.decode(content, HeaderSection.lowerCase(encoding))
                .bytes();
        String hash = new String(decoded, StandardCharsets.ISO_8859_1).strip();
        if (hash.length() == HASH_DIGITS && hash.chars().allMatch(digit -> Character.digit(digit, 16) >= 0)) {
            hashes.putIfAbsent(name.substring(0, name.length() - HASH_SUFFIX.length()), HeaderSection.lowerCase(hash));
        }
    }
}
