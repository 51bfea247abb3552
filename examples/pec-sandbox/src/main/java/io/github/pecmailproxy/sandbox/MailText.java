package io.github.pecmailproxy.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Collects the bytes of a mail line by line, with CRLF line ends. */
final class MailText {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);
    private static final DateTimeFormatter DATE_WITH_ZONE_NAME =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z (zzz)", Locale.ENGLISH);

    private final ByteArrayOutputStream out;

    MailText(int expectedSize) {
        this.out = new ByteArrayOutputStream(expectedSize);
    }

    MailText line(String line) {
        out.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        out.write('\r');
        out.write('\n');
        return this;
    }

    MailText line() {
        return line("");
    }

    /** Adds bytes as they are and ends the line. */
    MailText bytes(byte[] bytes) {
        out.writeBytes(bytes);
        out.write('\r');
        out.write('\n');
        return this;
    }

    /** Adds bytes as they are. */
    MailText raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    MailText fields(List<MailHeaders.Field> fields) {
        MailHeaders.write(fields, out);
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    static String date(ZonedDateTime time) {
        return DATE.format(time);
    }

    static String dateWithZoneName(ZonedDateTime time) {
        return DATE_WITH_ZONE_NAME.format(time);
    }

    static String html(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    if (c > 126) {
                        out.append("&#").append(c).append(';');
                    } else {
                        out.append((char) c);
                    }
                }
            }
        });
        return out.toString();
    }

    static String htmlDocument(String title, List<String> lines) {
        StringBuilder out = new StringBuilder("<html>\n<head><title>")
                .append(html(title))
                .append("</title></head>\n<body>\n<h3>")
                .append(html(title))
                .append("</h3>\n");
        for (String line : lines) {
            out.append(html(line)).append("<br>\n");
        }
        return out.append("</body>\n</html>\n").toString();
    }
}
