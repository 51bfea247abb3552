package io.github.pecmailproxy.pec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the fields of a delivery status notification (RFC 3464 section 2.1): groups of header fields, blank lines between. */
final class DeliveryStatusReader {
    private Optional<String> reportingServer = Optional.empty();
    private final List<BouncedRecipient> recipients = new ArrayList<>(1);

    private DeliveryStatusReader() {}

    static DeliveryStatusReader read(byte[] status, int maxRecipients, Problems problems) {
        DeliveryStatusReader reader = new DeliveryStatusReader();
        int group = 0;
        int line = 0;
        boolean first = true;
        while (line <= status.length) {
            int lineFeed = LineFeeds.indexOf(status, line, status.length);
            int lineEnd = lineFeed < 0 ? status.length : lineFeed;
            boolean blank = lineEnd == line || (lineEnd == line + 1 && status[line] == '\r');
            if (blank || lineFeed < 0) {
                int groupEnd = blank ? line : lineEnd;
                HeaderSection fields =
                        HeaderSection.of(new ByteSlice(status, group, groupEnd - group, groupEnd - group));
                if (!fields.isEmpty()) {
                    first = reader.readGroup(fields, first, maxRecipients, problems);
                }
                group = lineEnd + 1;
            }
            line = lineEnd + 1;
        }
        return reader;
    }

    /** Reads a group: the first is about the message, unless a careless server leaves that one out. */
    private boolean readGroup(HeaderSection fields, boolean first, int maxRecipients, Problems problems) {
        if (first) {
            reportingServer = typed(fields.find("Reporting-MTA"));
            if (fields.first("Final-Recipient") == null) {
                return false;
            }
        }
        if (recipients.size() == maxRecipients) {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "the bounce has more than " + maxRecipients + " recipients");
            return false;
        }
        recipients.add(new BouncedRecipient(
                typed(fields.find("Final-Recipient")),
                typed(fields.find("Original-Recipient")),
                fields.find("Action").map(action -> HeaderSection.lowerCase(withoutComment(action))),
                fields.find("Status").map(DeliveryStatusReader::withoutComment),
                typed(fields.find("Diagnostic-Code")),
                typed(fields.find("Remote-MTA"))));
        return false;
    }

    private static String withoutComment(String value) {
        int comment = value.indexOf('(');
        return (comment < 0 ? value : value.substring(0, comment)).trim();
    }

    /** Removes the type before a value, as in {@code rfc822; name@domain}. */
    private static Optional<String> typed(Optional<String> field) {
        return field.map(value -> value.substring(value.indexOf(';') + 1).trim());
    }

    Optional<String> reportingServer() {
        return reportingServer;
    }

    List<BouncedRecipient> recipients() {
        return recipients;
    }
}
