package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads the keys of SEARCH (RFC 3501 section 6.4.4) into one condition. Used by one thread. */
final class ImapSearch {
    private static final DateTimeFormatter DATE = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("d-MMM-yyyy")
            .toFormatter(Locale.ENGLISH);

    /** A mail with its place in the session's view. */
    record Candidate(MailEntry entry, int sequenceNumber) {}

    private final ImapCommand command;
    private final int lastSequenceNumber;
    private final long lastUid;

    ImapSearch(ImapCommand command, int lastSequenceNumber, long lastUid) {
        this.command = command;
        this.lastSequenceNumber = lastSequenceNumber;
        this.lastUid = lastUid;
    }

    Predicate<Candidate> condition() throws ImapCommand.Malformed {
        List<Predicate<Candidate>> keys = new ArrayList<>();
        while (!command.atEnd()) {
            keys.add(key());
            while (command.accept(' ')) {
                // one blank separates keys; more do no harm
            }
        }
        return all(keys);
    }

    private static Predicate<Candidate> all(List<Predicate<Candidate>> keys) {
        return candidate -> keys.stream().allMatch(key -> key.test(candidate));
    }

    private Predicate<Candidate> key() throws ImapCommand.Malformed {
        if (command.accept('(')) {
            List<Predicate<Candidate>> keys = new ArrayList<>();
            while (!command.accept(')')) {
                keys.add(key());
                while (command.accept(' ')) {
                    // as above
                }
            }
            return all(keys);
        }
        String word = command.keyword();
        return switch (word) {
            case "ALL", "OLD" -> candidate -> true;
            case "NEW", "RECENT" -> candidate -> false;
            case "SEEN", "ANSWERED", "DELETED", "FLAGGED", "DRAFT" -> flag("\\" + word);
            case "UNSEEN", "UNANSWERED", "UNDELETED", "UNFLAGGED", "UNDRAFT" ->
                flag("\\" + word.substring(2)).negate();
            case "KEYWORD" -> flag(argument());
            case "UNKEYWORD" -> flag(argument()).negate();
            case "UID" -> {
                ImapSequenceSet set = ImapSequenceSet.parse(argument(), lastUid);
                yield candidate -> set.contains(candidate.entry().uid());
            }
            case "SINCE" -> {
                LocalDate date = date();
                yield candidate -> !received(candidate).isBefore(date);
            }
            case "BEFORE" -> {
                LocalDate date = date();
                yield candidate -> received(candidate).isBefore(date);
            }
            case "ON" -> {
                LocalDate date = date();
                yield candidate -> received(candidate).isEqual(date);
            }
            case "SENTSINCE" -> {
                LocalDate date = date();
                yield candidate ->
                        sent(candidate).filter(d -> !d.isBefore(date)).isPresent();
            }
            case "SENTBEFORE" -> {
                LocalDate date = date();
                yield candidate -> sent(candidate).filter(d -> d.isBefore(date)).isPresent();
            }
            case "SENTON" -> {
                LocalDate date = date();
                yield candidate -> sent(candidate).filter(d -> d.isEqual(date)).isPresent();
            }
            case "LARGER" -> {
                long size = number();
                yield candidate -> candidate.entry().raw().length > size;
            }
            case "SMALLER" -> {
                long size = number();
                yield candidate -> candidate.entry().raw().length < size;
            }
            case "FROM", "TO", "CC", "BCC", "SUBJECT" -> header(word, argument());
            case "HEADER" -> {
                String name = argument();
                yield header(name, argument());
            }
            case "BODY" -> {
                String text = argument();
                yield candidate ->
                        contains(candidate, candidate.entry().headers().bodyOffset(), text);
            }
            case "TEXT" -> {
                String text = argument();
                yield candidate -> contains(candidate, 0, text);
            }
            case "NOT" -> {
                command.space();
                yield key().negate();
            }
            case "OR" -> {
                command.space();
                Predicate<Candidate> first = key();
                command.space();
                yield first.or(key());
            }
            case "CHARSET" -> {
                String charset = argument().toUpperCase(Locale.ROOT);
                if (!charset.equals("UTF-8") && !charset.equals("US-ASCII")) {
                    throw new ImapCommand.Malformed("unknown charset " + charset);
                }
                yield candidate -> true;
            }
            default -> {
                ImapSequenceSet set = ImapSequenceSet.parse(word, lastSequenceNumber);
                yield candidate -> set.contains(candidate.sequenceNumber());
            }
        };
    }

    private String argument() throws ImapCommand.Malformed {
        command.space();
        return command.string();
    }

    private long number() throws ImapCommand.Malformed {
        String text = argument();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new ImapCommand.Malformed("not a number: " + text);
        }
    }

    private LocalDate date() throws ImapCommand.Malformed {
        String text = argument();
        try {
            return LocalDate.parse(text, DATE);
        } catch (DateTimeParseException e) {
            throw new ImapCommand.Malformed("not a date: " + text);
        }
    }

    private static Predicate<Candidate> flag(String flag) {
        return candidate -> candidate.entry().hasFlag(flag);
    }

    private static LocalDate received(Candidate candidate) {
        return LocalDate.ofInstant(candidate.entry().receivedAt(), ZoneOffset.UTC);
    }

    private static Optional<LocalDate> sent(Candidate candidate) {
        return candidate.entry().headers().first("Date").flatMap(value -> {
            try {
                int comment = value.indexOf('(');
                String date = comment < 0 ? value : value.substring(0, comment).trim();
                return Optional.of(LocalDate.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
            } catch (DateTimeException unreadable) {
                return Optional.empty();
            }
        });
    }

    /** An empty text matches every mail that has the header (RFC 3501 section 6.4.4). */
    private static Predicate<Candidate> header(String name, String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return candidate -> candidate.entry().headers().all(name).stream()
                .anyMatch(value ->
                        EncodedWords.decode(value).toLowerCase(Locale.ROOT).contains(wanted));
    }

    private static boolean contains(Candidate candidate, int from, String text) {
        byte[] raw = candidate.entry().raw();
        return new String(raw, from, raw.length - from, StandardCharsets.UTF_8)
                .toLowerCase(Locale.ROOT)
                .contains(text.toLowerCase(Locale.ROOT));
    }
}
