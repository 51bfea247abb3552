package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes the data of IMAP responses: strings, envelopes, body structures (RFC 3501 section 7.4.2). */
final class ImapText {
    private static final DateTimeFormatter INTERNAL_DATE =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH);

    private ImapText() {}

    static String internalDate(java.time.Instant instant) {
        return '"' + INTERNAL_DATE.format(ZonedDateTime.ofInstant(instant, ZoneOffset.UTC)) + '"';
    }

    /** A quoted string, or a literal where quoting cannot carry the text; one character a byte. */
    static String string(String text) {
        String bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        boolean quotable = bytes.length() < 1000 && bytes.chars().allMatch(c -> c >= ' ' && c < 127);
        if (quotable) {
            return '"' + bytes.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
        return "{" + bytes.length() + "}\r\n" + bytes;
    }

    static String nullable(Optional<String> text) {
        return text.map(ImapText::string).orElse("NIL");
    }

    static String envelope(MailHeaders headers) {
        String from = addresses(headers, "From");
        String sender = addresses(headers, "Sender");
        String replyTo = addresses(headers, "Reply-To");
        return "(" + nullable(headers.first("Date")) + " " + nullable(headers.first("Subject")) + " " + from + " "
                + (sender.equals("NIL") ? from : sender) + " " + (replyTo.equals("NIL") ? from : replyTo) + " "
                + addresses(headers, "To") + " " + addresses(headers, "Cc") + " " + addresses(headers, "Bcc") + " "
                + nullable(headers.first("In-Reply-To")) + " " + nullable(headers.first("Message-ID")) + ")";
    }

    private static String addresses(MailHeaders headers, String name) {
        StringBuilder out = new StringBuilder();
        for (String value : headers.all(name)) {
            for (MailAddresses.Entry entry : MailAddresses.parse(value)) {
                int at = entry.address().lastIndexOf('@');
                String local = at < 0 ? entry.address() : entry.address().substring(0, at);
                String domain = at < 0 ? "" : entry.address().substring(at + 1);
                out.append('(')
                        .append(entry.displayName().isEmpty() ? "NIL" : string(entry.displayName()))
                        .append(" NIL ")
                        .append(string(local))
                        .append(' ')
                        .append(string(domain))
                        .append(')');
            }
        }
        return out.isEmpty() ? "NIL" : "(" + out + ")";
    }

    static String bodyStructure(MimePart part, boolean extended) {
        StringBuilder out = new StringBuilder("(");
        if (part.isMultipart()) {
            for (MimePart child : part.children()) {
                out.append(bodyStructure(child, extended));
            }
            out.append(' ').append(string(part.subtype()));
            if (extended) {
                out.append(' ').append(parameters(part.contentType().parameters()));
                out.append(' ').append(disposition(part)).append(" NIL NIL");
            }
            return out.append(')').toString();
        }
        // a multipart without parts has no form of its own; it is shown as opaque
        boolean broken = part.type().equals("multipart");
        String type = broken ? "application" : part.type();
        String subtype = broken ? "octet-stream" : part.subtype();
        out.append(string(type)).append(' ').append(string(subtype));
        out.append(' ').append(parameters(part.contentType().parameters()));
        out.append(' ').append(nullable(part.headers().first("Content-ID")));
        out.append(' ').append(nullable(part.headers().first("Content-Description")));
        out.append(' ').append(string(part.transferEncoding()));
        out.append(' ').append(part.end() - part.bodyStart());
        if (part.isMessage()) {
            MimePart inner = part.children().get(0);
            out.append(' ').append(envelope(inner.headers()));
            out.append(' ').append(bodyStructure(inner, extended));
            out.append(' ').append(lines(part));
        } else if (type.equals("text")) {
            out.append(' ').append(lines(part));
        }
        if (extended) {
            out.append(" NIL ").append(disposition(part)).append(" NIL NIL");
        }
        return out.append(')').toString();
    }

    private static String disposition(MimePart part) {
        return part.disposition()
                .map(d -> "(" + string(d.value()) + " " + parameters(d.parameters()) + ")")
                .orElse("NIL");
    }

    private static String parameters(Map<String, String> parameters) {
        if (parameters.isEmpty()) {
            return "NIL";
        }
        StringBuilder out = new StringBuilder();
        parameters.forEach((name, value) -> out.append(out.isEmpty() ? "" : " ")
                .append(string(name))
                .append(' ')
                .append(string(value)));
        return "(" + out + ")";
    }

    private static int lines(MimePart part) {
        int lines = 0;
        for (int i = part.bodyStart(); i < part.end(); i++) {
            if (part.mail()[i] == '\n') {
                lines++;
            }
        }
        return lines;
    }

    static String flags(java.util.Set<String> flags) {
        return "(" + String.join(" ", List.copyOf(new java.util.TreeSet<>(flags))) + ")";
    }
}
