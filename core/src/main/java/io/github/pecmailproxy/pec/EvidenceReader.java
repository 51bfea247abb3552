package io.github.pecmailproxy.pec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads an ERDS evidence (ETSI EN 319 522-2 and -3) into the words of PEC. The evidence lists all recipients and names the one
 * it is about by its number, counted from 1 (facts 3). Not thread-safe.
 */
final class EvidenceReader {
    /** What precedes the name of an event. */
    static final String EVENT_PREFIX = "http://uri.etsi.org/19522/Event/";

    private final XmlReader xml;
    private final int maxRecipients;
    private final Problems problems;

    private final List<String> path = new ArrayList<>();
    private @Nullable String event;
    private @Nullable String provider;
    private @Nullable String eventTime;
    private @Nullable String messageIdentifier;
    private @Nullable String applicationIdentifier;
    private @Nullable String sender;
    private @Nullable String subject;
    private final List<CertifiedRecipient> recipients = new ArrayList<>(2);
    private final List<String> references = new ArrayList<>(1);
    private final List<String> details = new ArrayList<>(2);

    private EvidenceReader(XmlReader xml, int maxRecipients, Problems problems) {
        this.xml = xml;
        this.maxRecipients = maxRecipients;
        this.problems = problems;
    }

    /**
     * Reads an evidence.
     *
     * @throws XmlSyntaxException if it is not well-formed or is no evidence at all
     */
    static Certification read(String text, ParserLimits limits, Problems problems) throws XmlSyntaxException {
        EvidenceReader reader =
                new EvidenceReader(new XmlReader(text, limits.maxDepth()), limits.maxRecipients(), problems);
        reader.readDocument();
        return reader.certification();
    }

    private void readDocument() throws XmlSyntaxException {
        StringBuilder text = new StringBuilder();
        boolean mailto = false;
        while (true) {
            switch (xml.next()) {
                case START -> {
                    if (xml.depth() == 1 && !xml.name().equals("Evidence")) {
                        throw new XmlSyntaxException(
                                "the root element is " + Problems.quote(xml.name()) + ", not \"Evidence\"");
                    }
                    path.add(xml.name());
                    @Nullable String scheme = xml.attribute("IdentifierSchemeName");
                    mailto = scheme == null || scheme.equals("mailto");
                    text.setLength(0);
                }
                case TEXT -> text.append(xml.text());
                case END -> {
                    readElement(text.toString().strip(), mailto);
                    path.remove(path.size() - 1);
                    text.setLength(0);
                }
                case DOCUMENT_END -> {
                    return;
                }
            }
        }
    }

    /** Takes an element's text by where the element stands: the evidence carries its signature's elements as well. */
    private void readElement(String text, boolean mailto) {
        String name = path.get(path.size() - 1);
        switch (path.size()) {
            case 2 -> {
                switch (name) {
                    case "ERDSEventId" -> event = once(name, event, text);
                    case "EventTime" -> eventTime = once(name, eventTime, text);
                    case "MessageIdentifier" -> messageIdentifier = once(name, messageIdentifier, text);
                    case "EvidenceRefersToRecipient" -> references.add(text);
                    default -> {}
                }
            }
            case 3 -> {
                String parent = path.get(1);
                if (parent.equals("UserContentInfo") && name.equals("AppLayerIdentifier")) {
                    applicationIdentifier = once(name, applicationIdentifier, text);
                } else if (parent.equals("SenderDetails") && name.equals("Identifier") && mailto) {
                    sender = once(name, sender, text);
                } else if (parent.equals("RecipientDetails") && name.equals("Identifier") && mailto) {
                    addRecipient(text);
                }
            }
            case 4 -> {
                if (path.get(1).equals("EventReasons") && name.equals("Details") && details.size() < 16) {
                    details.add(text);
                }
            }
            case 5 -> {
                String parent = path.get(1);
                if (parent.equals("EvidenceIssuerDetails") && name.equals("AttributeValue") && provider == null) {
                    provider = text;
                } else if (parent.equals("Extensions") && name.equals("Subject")) {
                    subject = once(name, subject, text);
                }
            }
            default -> {}
        }
    }

    private String once(String name, @Nullable String present, String text) {
        if (present == null) {
            return text;
        }
        problems.add(ProblemCode.DATICERT_MALFORMED, "the evidence has more than one " + name);
        return present;
    }

    private void addRecipient(String address) {
        if (recipients.size() < maxRecipients) {
            recipients.add(new CertifiedRecipient(address, RecipientType.CERTIFIED));
        } else {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "the evidence has more than " + maxRecipients + " recipients");
        }
    }

    private Certification certification() throws XmlSyntaxException {
        if (event == null || event.isEmpty()) {
            throw new XmlSyntaxException("the evidence has no ERDSEventId");
        }
        return new Certification(
                CertificationProtocol.REM,
                eventName(event),
                Optional.empty(),
                notEmpty(provider),
                time(),
                messageIdentifier == null ? Optional.empty() : notEmpty(MessageIds.bare(messageIdentifier)),
                applicationIdentifier == null ? Optional.empty() : MessageIds.normalise(applicationIdentifier),
                notEmpty(sender),
                Optional.empty(),
                subject == null ? Optional.empty() : Optional.of(HeaderText.decodeWords(subject)),
                recipients,
                recipient(),
                List.of(),
                Optional.empty(),
                details.isEmpty() ? Optional.empty() : Optional.of(String.join(" - ", details)));
    }

    /** Returns the name of an event from its URI. */
    static String eventName(String uri) {
        return uri.startsWith(EVENT_PREFIX) ? uri.substring(EVENT_PREFIX.length()) : uri;
    }

    private static Optional<String> notEmpty(@Nullable String value) {
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    private Optional<Instant> time() {
        if (eventTime != null) {
            try {
                return Optional.of(OffsetDateTime.parse(eventTime).toInstant());
            } catch (DateTimeException unreadable) {
                // Reported below, with an absent time.
            }
        }
        problems.add(ProblemCode.TIME_NOT_CERTIFIED, "the evidence has no readable EventTime");
        return Optional.empty();
    }

    private Optional<String> recipient() {
        if (references.size() != 1) {
            return Optional.empty();
        }
        String reference = references.get(0);
        boolean number = !reference.isEmpty()
                && reference.length() < 8
                && reference.chars().allMatch(d -> d >= '0' && d <= '9');
        int index = number ? Integer.parseInt(reference) : 0;
        if (index < 1 || index > recipients.size()) {
            problems.add(
                    ProblemCode.RECIPIENT_MISSING, "the evidence refers to the recipient " + Problems.quote(reference));
            return Optional.empty();
        }
        return Optional.of(recipients.get(index - 1).address());
    }
}
