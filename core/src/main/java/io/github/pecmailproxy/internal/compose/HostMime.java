package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MailAddress;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The header of a message that the host built: read, checked, and written again without the fields that are ours to set. What stays,
 * stays byte for byte but for its line ends. Not thread-safe.
 */
final class HostMime {
    /** RFC 5322 section 3.6: these occur once at most, and readers disagree about which of several counts. */
    private static final Set<String> AT_MOST_ONCE = Set.of(
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "subject",
            "date",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "x-tiporicevuta");

    private static final int LARGEST_HEADER = 256 * 1024;

    private final OutgoingMessage message;
    private final MailAccount account;
    private final String trackingHeader;
    private final List<Field> fields = new ArrayList<>();

    HostMime(OutgoingMessage message, MailAccount account, String trackingHeader) {
        this.message = message;
        this.account = account;
        this.trackingHeader = trackingHeader;
    }

    /** One field: its name as written, and all of it with its line ends. */
    private record Field(String name, String raw) {
        boolean is(String other) {
            return name.equalsIgnoreCase(other);
        }

        String value() {
            return raw.substring(raw.indexOf(':') + 1).replace("\r\n", "").strip();
        }
    }

    /** Reads and checks the header. */
    void readHeader(MimeLines lines) {
        List<String> raw = new ArrayList<>();
        int size = 0;
        for (String line = lines.headerLine(); line != null; line = lines.headerLine()) {
            size += line.length();
            if (size > LARGEST_HEADER) {
                throw new InvalidValueException("mime", "has a header of more than " + LARGEST_HEADER + " bytes");
            }
            boolean continues = line.charAt(0) == ' ' || line.charAt(0) == '\t';
            if (!continues) {
                requireField(line, lines.number());
                raw.add(line + "\r\n");
            } else if (raw.isEmpty()) {
                throw new InvalidValueException("mime", "begins with a continuation line");
            } else {
                raw.set(raw.size() - 1, raw.get(raw.size() - 1) + line + "\r\n");
            }
        }
        for (String field : raw) {
            fields.add(new Field(field.substring(0, field.indexOf(':')).strip(), field));
        }
        check();
        fields.removeIf(field -> field.is("Message-ID")
                || field.is("Bcc")
                || field.is("Resent-Bcc")
                || field.is("Return-Path")
                || field.is(trackingHeader));
    }

    /** Writes the fields that are kept. */
    void writeHeader(OutputStream out) throws IOException {
        for (Field field : fields) {
            out.write(field.raw().getBytes(StandardCharsets.US_ASCII));
        }
        boolean needsVersion = field("MIME-Version") == null && fields.stream().anyMatch(HostMime::isContentField);
        if (needsVersion) {
            out.write("MIME-Version: 1.0\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    boolean hasDate() {
        return field("Date") != null;
    }

    /** Tells whether the receipt format asked for is missing in the header. */
    boolean asksForReceiptFormat() {
        return message.receiptFormat().isPresent() && field("X-TipoRicevuta") == null;
    }

    /** The subject as a reader sees it, or empty when there is none. */
    Optional<String> subject() {
        Field field = field("Subject");
        if (field == null) {
            return Optional.empty();
        }
        String decoded;
        try {
            decoded = MimeUtility.decodeText(field.value());
        } catch (UnsupportedEncodingException unknownCharset) {
            decoded = field.value();
        }
        StringBuilder line = new StringBuilder();
        decoded.codePoints()
                .forEach(character -> line.appendCodePoint(Character.isISOControl(character) ? ' ' : character));
        return Optional.of(line.toString());
    }

    private static void requireField(String line, long number) {
        int colon = line.indexOf(':');
        boolean named = colon > 0
                && line.substring(0, colon)
                        .stripTrailing()
                        .chars()
                        .allMatch(character -> character > ' ' && character <= '~');
        if (!named) {
            throw new InvalidValueException(
                    "mime", "has no header field in line " + number + ": " + InvalidValueException.quote(line));
        }
    }

    private void check() {
        Set<String> seen = new HashSet<>();
        for (Field field : fields) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (!seen.add(name) && AT_MOST_ONCE.contains(name)) {
                throw new InvalidValueException("mime." + field.name(), "occurs twice");
            }
            if (ReservedHeaders.isProvidersOwn(name)) {
                throw new InvalidValueException("mime." + field.name(), "is a PEC provider's to set");
            }
        }
        if (!seen.contains("from")) {
            throw new InvalidValueException("mime.From", "is missing");
        }
        checkReceiptFormat();
        if (account.pec()) {
            checkCertifiable(seen);
        }
    }

    private void checkReceiptFormat() {
        Field field = field("X-TipoRicevuta");
        if (field == null) {
            return;
        }
        Optional<ReceiptFormat> written =
                ReceiptFormat.fromWireName(field.value().toLowerCase(Locale.ROOT));
        if (written.isEmpty()) {
            throw new InvalidValueException(
                    "mime.X-TipoRicevuta", "is no receipt format: " + InvalidValueException.quote(field.value()));
        }
        if (message.receiptFormat().isPresent() && !message.receiptFormat().equals(written)) {
            throw new InvalidValueException(
                    "receipt_format",
                    "differs from the MIME message's " + written.get().wireName());
        }
    }

    /** RFC 6109 section 3.1.1: what the header says must be what the envelope says. */
    private void checkCertifiable(Set<String> names) {
        for (String name : names) {
            if (name.startsWith("resent-")) {
                throw new InvalidValueException("mime." + name, "is not possible with certified mail");
            }
        }
        for (Field field : fields) {
            if (field.is("Bcc") && !field.value().isEmpty()) {
                throw new InvalidValueException(
                        "mime." + field.name(), "is not possible with certified mail (RFC 6109 section 3.1.1)");
            }
        }
        requireSame("From", List.of(message.from()));
        requireSame("To", message.to());
        requireSame("Cc", message.cc());
        if (names.contains("sender")) {
            requireSame("Sender", List.of(message.from()));
        }
    }

    private void requireSame(String name, List<MailAddress> given) {
        Set<String> written = new HashSet<>();
        Field field = field(name);
        if (field != null && !field.value().isEmpty()) {
            for (InternetAddress address : parse(name, field.value())) {
                if (address.isGroup()) {
                    throw new InvalidValueException(
                            "mime." + name, "holds a group, which certified mail does not allow");
                }
                boolean repeated = !written.add(key(MailAddress.of("mime." + name, address.getAddress())));
                if (repeated && name.equals("From")) {
                    throw new InvalidValueException("mime.From", "names more than one author");
                }
            }
        }
        Set<String> expected = new HashSet<>();
        given.forEach(address -> expected.add(key(address)));
        if (!written.equals(expected)) {
            throw new InvalidValueException(
                    "mime." + name,
                    "names " + written + ", but " + expected
                            + " was given; certified mail needs both to agree (RFC 6109 section 3.1.1)");
        }
    }

    private static InternetAddress[] parse(String name, String value) {
        try {
            return InternetAddress.parseHeader(value, false);
        } catch (AddressException malformed) {
            throw new InvalidValueException(
                    "mime." + name, "cannot be read as addresses: " + InvalidValueException.quote(value));
        }
    }

    private static String key(MailAddress address) {
        return address.address().toLowerCase(Locale.ROOT);
    }

    private static boolean isContentField(Field field) {
        return field.name().toLowerCase(Locale.ROOT).startsWith("content-");
    }

    private @Nullable Field field(String name) {
        for (Field field : fields) {
            if (field.is(name)) {
                return field;
            }
        }
        return null;
    }
}
