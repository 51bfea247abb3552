package io.github.pecmailproxy.pec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.StringTokenizer;

/** Reads the {@code Date} header (RFC 5322 section 3.3), with or without a comment such as {@code (CEST)}. */
final class DateHeader {
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

    private DateHeader() {}

    /** Returns the moment; empty when the value cannot be read or has no numeric zone: zone names are ambiguous. */
    static Optional<Instant> parse(String value) {
        int comment = value.indexOf('(');
        String date = comment < 0 ? value : value.substring(0, comment);
        int comma = date.indexOf(',');
        StringTokenizer tokens = new StringTokenizer(comma < 0 ? date : date.substring(comma + 1));
        if (tokens.countTokens() != 5) {
            return Optional.empty();
        }
        try {
            int day = Integer.parseInt(tokens.nextToken());
            String monthName = HeaderSection.lowerCase(tokens.nextToken());
            int month = monthName.length() == 3 ? MONTHS.indexOf(monthName) : -1;
            int year = Integer.parseInt(tokens.nextToken());
            String[] time = tokens.nextToken().split(":", 4);
            Optional<ZoneOffset> zone = offset(tokens.nextToken());
            if (month < 0 || month % 3 != 0 || year < 1000 || time.length < 2 || time.length > 3 || zone.isEmpty()) {
                return Optional.empty();
            }
            int second = time.length == 3 ? Integer.parseInt(time[2]) : 0;
            return Optional.of(OffsetDateTime.of(
                            year,
                            month / 3 + 1,
                            day,
                            Integer.parseInt(time[0]),
                            Integer.parseInt(time[1]),
                            Math.min(second, 59),
                            0,
                            zone.get())
                    .toInstant());
        } catch (NumberFormatException | DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    /** Reads a zone such as {@code +0100}. */
    static Optional<ZoneOffset> offset(String zone) {
        if (zone.equals("GMT") || zone.equals("UT") || zone.equals("Z")) {
            return Optional.of(ZoneOffset.UTC);
        }
        boolean colon = zone.length() == 6 && zone.charAt(3) == ':';
        String digits = colon ? zone.substring(1, 3) + zone.substring(4) : zone.substring(Math.min(1, zone.length()));
        boolean signed = zone.startsWith("+") || zone.startsWith("-");
        if (!signed || digits.length() != 4 || !digits.chars().allMatch(d -> d >= '0' && d <= '9')) {
            return Optional.empty();
        }
        int number = Integer.parseInt(digits);
        int seconds = (number / 100 * 60 + number % 100) * 60;
        if (number % 100 > 59 || seconds > 18 * 3600) {
            return Optional.empty();
        }
        return Optional.of(ZoneOffset.ofTotalSeconds(zone.charAt(0) == '-' ? -seconds : seconds));
    }
}
