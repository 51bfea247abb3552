package io.github.pecmailproxy.pec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a mail carries, for comparing the message that was sent with the copy, or the hashes of its attachments, in a delivery receipt
 * (RFC 6109 sections 3.3.2.1 and 3.3.2.2). Immutable and thread-safe, as long as the array it was read from does not change. Never
 * throws because of what the bytes are.
 *
 * @since 0.1.0
 */
public final class MailContent {
    private final byte[] mail;
    private final HeaderSection header;
    private final int bodyOffset;
    private final ParserLimits limits;

    private MailContent(byte[] mail, HeaderSection header, int bodyOffset, ParserLimits limits) {
        this.mail = mail;
        this.header = header;
        this.bodyOffset = bodyOffset;
        this.limits = limits;
    }

    /**
     * Reads a mail.
     *
     * @param mail the mail from its first header on; not null, and not changed while the result is used
     * @return its content, never null
     */
    public static MailContent of(byte[] mail) {
        ParserLimits limits = ParserLimits.DEFAULT;
        MailWindow window = window(mail);
        try {
            HeaderSection header = HeaderSection.of(window.readHeader(limits.maxHeaderBytes()));
            return new MailContent(mail, header, window.position(), limits);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Returns the values of a header field.
     *
     * @param name the field's name, in any case; not null
     * @return the values in order, unfolded, trimmed and decoded; never null, empty when there are none
     */
    public List<String> header(String name) {
        return header.all(name).stream().map(HeaderText::decodeWords).toList();
    }

    /**
     * Returns the addresses in an address field such as {@code To}, in all its occurrences.
     *
     * @param name the field's name, in any case; not null
     * @return the bare addresses in order; what cannot be read is left out; never null
     */
    public List<String> addresses(String name) {
        List<String> addresses = new ArrayList<>();
        for (String value : header.all(name)) {
            for (String one : separate(value)) {
                AddressHeader.bare(one).ifPresent(addresses::add);
            }
        }
        return List.copyOf(addresses);
    }

    /**
     * Returns the fingerprint of everything behind the outermost header, every line end taken for CRLF and line ends at the very end
     * left out: mail servers change those.
     *
     * @return the SHA-256 as 64 lower-case hex digits
     */
    public String bodySha256() {
        int end = mail.length;
        while (end > bodyOffset && (mail[end - 1] == '\n' || mail[end - 1] == '\r')) {
            end--;
        }
        return lines(new ByteSlice(mail, bodyOffset, end - bodyOffset, end - bodyOffset), "SHA-256");
    }

    /**
     * Returns the parts that hold content: all that are no multipart, in order.
     *
     * @return the parts, or empty when there are more, or more deeply nested, than {@link ParserLimits} allows
     */
    public Optional<List<Part>> parts() {
        List<Part> parts = new ArrayList<>();
        try {
            boolean complete = read(new ByteSlice(mail, 0, mail.length, mail.length), 1, parts);
            return complete ? Optional.of(List.copyOf(parts)) : Optional.empty();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * A part that holds content.
     *
     * @param type its media type in lower case, {@code text/plain} where it names none
     * @param charset the charset of its text in lower case, as written
     * @param name its file name, decoded
     * @param sha1 the SHA-1 of its decoded content, which stands for it in a breve receipt; 40 lower-case hex digits
     * @param sha256 the SHA-256 of its decoded content, in text with every line end taken for CRLF; 64 lower-case hex digits
     * @param text the decoded content where it is no longer than a hash with a line end could be, in ISO 8859-1; else empty
     * @since 0.1.0
     */
    public record Part(
            String type,
            Optional<String> charset,
            Optional<String> name,
            String sha1,
            String sha256,
            Optional<String> text) {
        private static final int LONGEST_TEXT = 200;
        private static final String HASH_SUFFIX = ".hash";

        /**
         * Tells whether another part has the same content under the same name.
         *
         * @param copy the other part
         * @return true when it has
         */
        public boolean isSame(Part copy) {
            return type.equals(copy.type)
                    && charset.equals(copy.charset)
                    && name.equals(copy.name)
                    && sha256.equals(copy.sha256);
        }

        /**
         * Tells whether another part is the hash that stands for this one in a breve receipt: named like it with {@code .hash} at the
         * end, and with its SHA-1 as 40 hexadecimal digits (RFC 6109 section 3.3.2.2).
         *
         * @param copy the other part
         * @return true when it is
         */
        public boolean isHashedAs(Part copy) {
            return copy.isHash()
                    && name.isPresent()
                    && copy.name.equals(Optional.of(name.get() + HASH_SUFFIX))
                    && copy.text
                            .map(found -> HeaderSection.lowerCase(found.strip()).equals(sha1))
                            .orElse(false);
        }

        /**
         * Tells whether the part is called like the hash of an attachment.
         *
         * @return true when its name ends with {@code .hash}
         */
        public boolean isHash() {
            return name.map(given -> HeaderSection.lowerCase(given).endsWith(HASH_SUFFIX))
                    .orElse(false);
        }
    }

    private boolean read(ByteSlice entity, int depth, List<Part> parts) throws IOException {
        MailWindow window = new MailWindow(entity);
        HeaderSection entityHeader = HeaderSection.of(window.readHeader(limits.maxHeaderBytes()));
        HeaderParameters type = HeaderParameters.of(entityHeader.first("Content-Type"));
        @Nullable String boundary = type.value().startsWith("multipart/") ? type.first("boundary") : null;
        if (boundary == null || window.enter(boundary) < 0) {
            if (parts.size() >= limits.maxParts()) {
                return false;
            }
            window.startCapture(Integer.MAX_VALUE);
            window.seek();
            parts.add(part(entityHeader, type, window.endCapture()));
            return true;
        }
        if (depth > limits.maxDepth()) {
            return false;
        }
        window.seek();
        while (window.stop() == 0 && !window.isClosing()) {
            window.passDelimiter();
            window.startCapture(Integer.MAX_VALUE);
            window.seek();
            if (!read(window.endCapture(), depth + 1, parts)) {
                return false;
            }
        }
        return true;
    }

    private static Part part(HeaderSection header, HeaderParameters type, ByteSlice content) {
        String encoding =
                HeaderSection.lowerCase(header.find("Content-Transfer-Encoding").orElse(""));
        byte[] decoded = TransferEncoding.decode(content, encoding).bytes();
        ByteSlice slice = new ByteSlice(decoded, 0, decoded.length, decoded.length);
        String mediaType = type.value().isEmpty() ? "text/plain" : type.value();
        @Nullable
        String name = HeaderParameters.of(header.first("Content-Disposition")).first("filename");
        if (name == null) {
            name = type.first("name");
        }
        return new Part(
                mediaType,
                Optional.ofNullable(type.first("charset")).map(HeaderSection::lowerCase),
                Optional.ofNullable(name),
                digest(slice, "SHA-1"),
                mediaType.startsWith("text/") ? lines(slice, "SHA-256") : digest(slice, "SHA-256"),
                decoded.length > Part.LONGEST_TEXT
                        ? Optional.empty()
                        : Optional.of(new String(decoded, StandardCharsets.ISO_8859_1)));
    }

    private static String lines(ByteSlice content, String algorithm) {
        try {
            return HexFormat.of().formatHex(ContentDigests.of(content, algorithm));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has " + algorithm, impossible);
        }
    }

    private static String digest(ByteSlice content, String algorithm) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(content.array(), content.offset(), content.length());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has " + algorithm, impossible);
        }
    }

    /** Splits an address list at the commas that separate, not at those in quotes, comments and angle brackets. */
    private static List<String> separate(String value) {
        List<String> addresses = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        boolean quoted = false;
        int comments = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                current.append(c).append(value.charAt(++i));
                continue;
            }
            if (c == '"' && comments == 0) {
                quoted = !quoted;
            } else if (!quoted && c == '(') {
                comments++;
            } else if (!quoted && c == ')' && comments > 0) {
                comments--;
            } else if (!quoted && comments == 0 && (c == ',' || c == ';')) {
                addresses.add(current.toString());
                current.setLength(0);
                continue;
            } else if (!quoted && comments == 0 && c == ':') {
                current.setLength(0); // The name of a group (RFC 5322 section 3.4).
                continue;
            }
            current.append(c);
        }
        addresses.add(current.toString());
        return addresses;
    }

    private static MailWindow window(byte[] mail) {
        return new MailWindow(new ByteSlice(mail, 0, mail.length, mail.length));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "MailContent[%d bytes]", mail.length);
    }
}
