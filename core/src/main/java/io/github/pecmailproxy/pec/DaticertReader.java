package io.github.pecmailproxy.pec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code daticert.xml} (RFC 6109 section 4.4). The files have no DOCTYPE, so the defaults of the DTD are supplied
 * here: no {@code errore} is {@code nessuno}, a recipient without {@code tipo} is {@code certificato} (facts 1.3). Elements
 * count only where the DTD has them. Not thread-safe.
 */
final class DaticertReader {
    private final XmlReader xml;
    private final int maxRecipients;
    private final Problems problems;

    private @Nullable String type;
    private @Nullable String error;
    private @Nullable String sender;
    private @Nullable String replyTo;
    private @Nullable String subject;
    private @Nullable String provider;
    private @Nullable String zone;
    private @Nullable String day;
    private @Nullable String hour;
    private @Nullable String providerMessageId;
    private @Nullable String originalMessageId;
    private @Nullable String recipient;
    private @Nullable String errorDetail;
    private @Nullable String format;
    private final List<CertifiedRecipient> recipients = new ArrayList<>(2);
    private final List<String> relayed = new ArrayList<>(0);

    private DaticertReader(XmlReader xml, int maxRecipients, Problems problems) {
        this.xml = xml;
        this.maxRecipients = maxRecipients;
        this.problems = problems;
    }

    /**
     * Reads a daticert.
     *
     * @param dateHeader the mail's {@code Date}, which stands in where the zone is missing; or null
     * @throws XmlSyntaxException if it is not well-formed or is no daticert at all
     */
    static Certification read(String text, ParserLimits limits, @Nullable String dateHeader, Problems problems)
            throws XmlSyntaxException {
        DaticertReader reader =
                new DaticertReader(new XmlReader(text, limits.maxDepth()), limits.maxRecipients(), problems);
        reader.readDocument();
        return reader.certification(dateHeader);
    }

    private void readDocument() throws XmlSyntaxException {
        String section = "";
        while (true) {
            switch (xml.next()) {
                case DOCUMENT_END -> {
                    return;
                }
                case START -> {
                    switch (xml.depth()) {
                        case 1 -> readRoot();
                        case 2 -> section = xml.name();
                        case 3 -> readElement(section, xml.name());
                        default -> {}
                    }
                }
                case END, TEXT -> {}
            }
        }
    }

    private void readRoot() throws XmlSyntaxException {
        if (!xml.name().equals("postacert")) {
            throw new XmlSyntaxException("the root element is " + Problems.quote(xml.name()) + ", not \"postacert\"");
        }
        type = xml.attribute("tipo");
        error = xml.attribute("errore");
    }

    private void readElement(String section, String name) throws XmlSyntaxException {
        if (section.equals("intestazione")) {
            switch (name) {
                case "mittente" -> sender = once(name, sender);
                case "risposte" -> replyTo = once(name, replyTo);
                case "oggetto" -> subject = once(name, subject);
                case "destinatari" -> readRecipient();
                default -> {}
            }
        } else if (section.equals("dati")) {
            switch (name) {
                case "gestore-emittente" -> provider = once(name, provider);
                case "data" -> readDate();
                case "identificativo" -> providerMessageId = once(name, providerMessageId);
                case "msgid" -> originalMessageId = once(name, originalMessageId);
                case "ricevuta" -> readFormat();
                case "consegna" -> recipient = once(name, recipient);
                case "ricezione" -> readRelayed();
                case "errore-esteso" -> errorDetail = once(name, errorDetail);
                default -> {}
            }
        }
    }

    /** Reads the text of the element that has just started, to its end; the text of elements inside it does not count. */
    private String readText() throws XmlSyntaxException {
        int depth = xml.depth();
        String first = "";
        @Nullable StringBuilder more = null;
        while (true) {
            switch (xml.next()) {
                case TEXT -> {
                    if (xml.depth() == depth) {
                        if (more != null) {
                            more.append(xml.text());
                        } else if (first.isEmpty()) {
                            first = xml.text();
                        } else {
                            more = new StringBuilder(first).append(xml.text());
                        }
                    }
                }
                case END -> {
                    if (xml.depth() < depth) {
                        return (more == null ? first : more.toString()).strip();
                    }
                }
                case START, DOCUMENT_END -> {}
            }
        }
    }

    private String once(String name, @Nullable String present) throws XmlSyntaxException {
        String text = readText();
        if (present == null) {
            return text;
        }
        // Which of two is meant is anybody's guess: the first is reported, and the receipt proves nothing.
        problems.add(ProblemCode.DATICERT_MALFORMED, "the daticert has more than one " + name);
        return present;
    }

    private void readRecipient() throws XmlSyntaxException {
        @Nullable String kind = xml.attribute("tipo");
        String address = readText();
        RecipientType recipientType = RecipientType.CERTIFIED;
        if (kind != null && kind.strip().equals("esterno")) {
            recipientType = RecipientType.EXTERNAL;
        } else if (kind != null && !kind.strip().equals("certificato")) {
            problems.add(ProblemCode.UNKNOWN_VALUE, "destinatari has the tipo " + Problems.quote(kind));
        }
        if (recipients.size() < maxRecipients) {
            recipients.add(new CertifiedRecipient(address, recipientType));
        } else {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "the daticert has more than " + maxRecipients + " recipients");
        }
    }

    private void readRelayed() throws XmlSyntaxException {
        String address = readText();
        if (relayed.size() < maxRecipients) {
            relayed.add(address);
        } else {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "the daticert has more than " + maxRecipients + " ricezione");
        }
    }

    private void readFormat() {
        @Nullable String value = xml.attribute("tipo");
        if (value != null && format == null) {
            format = value;
        }
    }

    private void readDate() throws XmlSyntaxException {
        if (zone != null || day != null || hour != null) {
            problems.add(ProblemCode.DATICERT_MALFORMED, "the daticert has more than one data");
        }
        zone = zone == null ? xml.attribute("zona") : zone;
        int depth = xml.depth();
        while (true) {
            switch (xml.next()) {
                case START -> {
                    String name = xml.name();
                    if (xml.depth() == depth + 1 && name.equals("giorno")) {
                        day = once(name, day);
                    } else if (xml.depth() == depth + 1 && name.equals("ora")) {
                        hour = once(name, hour);
                    }
                }
                case END -> {
                    if (xml.depth() < depth) {
                        return;
                    }
                }
                case TEXT, DOCUMENT_END -> {}
            }
        }
    }

    private Certification certification(@Nullable String dateHeader) throws XmlSyntaxException {
        if (type == null || type.isBlank()) {
            throw new XmlSyntaxException("postacert has no tipo");
        }
        Optional<ReceiptFormat> receiptFormat = Optional.empty();
        if (format != null) {
            receiptFormat = ReceiptFormat.fromWireName(HeaderSection.lowerCase(format.strip()));
            if (receiptFormat.isEmpty()) {
                problems.add(ProblemCode.UNKNOWN_VALUE, "ricevuta has the tipo " + Problems.quote(format));
            }
        }
        return new Certification(
                CertificationProtocol.PEC,
                HeaderSection.lowerCase(type.strip()),
                Optional.of(error == null || error.isBlank() ? "nessuno" : HeaderSection.lowerCase(error.strip())),
                notEmpty(provider),
                time(dateHeader),
                providerMessageId == null ? Optional.empty() : notEmpty(MessageIds.bare(providerMessageId)),
                originalMessageId == null ? Optional.empty() : MessageIds.normalise(originalMessageId),
                notEmpty(sender),
                notEmpty(replyTo),
                subject == null ? Optional.empty() : Optional.of(HeaderText.decodeWords(subject)),
                recipients,
                notEmpty(recipient),
                relayed,
                receiptFormat,
                notEmpty(errorDetail));
    }

    private static Optional<String> notEmpty(@Nullable String value) {
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** The local legal time of the provider with its own zone; never the zone of this machine (facts 6.20). */
    private Optional<Instant> time(@Nullable String dateHeader) {
        Optional<ZoneOffset> offset = zone == null ? Optional.empty() : DateHeader.offset(zone.strip());
        @Nullable LocalDateTime local = day == null || hour == null ? null : localTime(day, hour);
        if (local != null && offset.isPresent()) {
            return Optional.of(local.toInstant(offset.get()));
        }
        problems.add(
                ProblemCode.TIME_NOT_CERTIFIED,
                local == null
                        ? "the daticert has no readable giorno and ora"
                        : "the daticert has no readable zona; the time is the Date header's");
        return dateHeader == null ? Optional.empty() : DateHeader.parse(dateHeader);
    }

    private static @Nullable LocalDateTime localTime(String day, String hour) {
        int[] date = numbers(day, '/');
        int[] time = numbers(hour, ':');
        if (date.length != 3 || time.length != 3) {
            return null;
        }
        try {
            return LocalDateTime.of(date[2], date[1], date[0], time[0], time[1], Math.min(time[2], 59));
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    /** Reads three numbers of at most four digits; anything else is an empty array. */
    private static int[] numbers(String text, char separator) {
        int[] numbers = new int[3];
        int index = 0;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == separator && digits > 0 && index < 2) {
                index++;
                digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 4) {
                numbers[index] = numbers[index] * 10 + c - '0';
                digits++;
            } else {
                return new int[0];
            }
        }
        return index == 2 && digits > 0 ? numbers : new int[0];
    }
}
