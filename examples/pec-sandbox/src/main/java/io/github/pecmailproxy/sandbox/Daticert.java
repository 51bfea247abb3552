package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The certified facts of one mail (RFC 6109 section 4.4, facts 1.3).
 *
 * @param type daticert's {@code tipo}
 * @param error daticert's {@code errore}
 * @param sender the reverse path
 * @param recipients all recipients of the message
 * @param replyTo {@code risposte}, may be empty
 * @param subject {@code oggetto} as text, null when the original had none
 * @param issuer the provider's name
 * @param time when, in Italian legal time
 * @param identifier the provider's own identifier of the message, without angle brackets
 * @param messageId the client's Message-ID with angle brackets, null when it sent none
 * @param variant the kind of delivery receipt asked for, null where the element has no place
 * @param recipient {@code consegna}, null where it has no place
 * @param taken the recipients a presa in carico speaks of
 * @param extendedError {@code errore-esteso}, null for none
 */
record Daticert(
        String type,
        DaticertError error,
        String sender,
        List<MessageRecipient> recipients,
        String replyTo,
        @Nullable String subject,
        String issuer,
        ZonedDateTime time,
        String identifier,
        @Nullable String messageId,
        @Nullable ReceiptVariant variant,
        @Nullable String recipient,
        List<String> taken,
        @Nullable String extendedError) {
    private static final DateTimeFormatter ZONE = DateTimeFormatter.ofPattern("xx", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("dd/MM/yyyy", Locale.ROOT);
    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    /** Writes the XML with UTF-8 in mind and without a DOCTYPE, which no provider writes. */
    String toXml(String tail) {
        StringBuilder xml = new StringBuilder(1024)
                .append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<postacert tipo=\"")
                .append(escape(type))
                .append("\" errore=\"")
                .append(error.wireName())
                .append("\">\n    <intestazione>\n");
        element(xml, 8, "mittente", sender);
        for (MessageRecipient to : recipients) {
            xml.append("        <destinatari tipo=\"")
                    .append(to.certified() ? "certificato" : "esterno")
                    .append("\">")
                    .append(escape(to.address()))
                    .append("</destinatari>\n");
        }
        element(xml, 8, "risposte", replyTo);
        if (subject != null) {
            element(xml, 8, "oggetto", subject);
        }
        xml.append("    </intestazione>\n    <dati>\n");
        element(xml, 8, "gestore-emittente", issuer);
        xml.append("        <data zona=\"").append(ZONE.format(time)).append("\">\n");
        element(xml, 12, "giorno", DAY.format(time));
        element(xml, 12, "ora", HOUR.format(time));
        xml.append("        </data>\n");
        element(xml, 8, "identificativo", identifier);
        if (messageId != null) {
            element(xml, 8, "msgid", messageId);
        }
        if (variant != null) {
            xml.append("        <ricevuta tipo=\"").append(variant.wireName()).append("\" />\n");
        }
        if (recipient != null) {
            element(xml, 8, "consegna", recipient);
        }
        for (String address : taken) {
            element(xml, 8, "ricezione", address);
        }
        if (extendedError != null) {
            element(xml, 8, "errore-esteso", extendedError);
        }
        return xml.append("    </dati>\n</postacert>").append(tail).toString();
    }

    private static void element(StringBuilder xml, int indent, String name, String text) {
        xml.append(" ".repeat(indent)).append('<').append(name).append('>');
        xml.append(escape(text)).append("</").append(name).append(">\n");
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    // XML 1.0 has no way to write other control characters
                    boolean allowed =
                            c == '\t' || c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000;
                    out.appendCodePoint(allowed ? c : ' ');
                }
            }
        });
        return out.toString();
    }
}
