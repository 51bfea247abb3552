package io.github.pecmailproxy.internal.imap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The items of one FETCH response, in whatever order they come. */
final class FetchedItems {
    /** How much of a header block is kept: 64 KiB. */
    static final int LONGEST_HEADER = 64 * 1024;

    private static final int LONGEST_DATE = 64;
    private static final DateTimeFormatter INTERNAL_DATE = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("d-MMM-yyyy HH:mm:ss Z")
            .toFormatter(Locale.ENGLISH);

    private long uid;
    private long size;
    private @Nullable Instant arrivedAt;
    private ImapReader.@Nullable Text header;
    private ImapReader.@Nullable Text beginning;
    private @Nullable SpooledContent content;

    private FetchedItems() {}

    /**
     * Reads the parenthesis and its line end.
     *
     * @param reader stands before the parenthesis
     * @param spool where a whole mail goes, null when none was asked for
     */
    static FetchedItems read(ImapReader reader, @Nullable ContentSpool spool) throws IOException {
        FetchedItems items = new FetchedItems();
        boolean done = false;
        try {
            reader.expect('(');
            reader.skipBlanks();
            while (reader.peek() != ')') {
                items.readItem(reader, spool);
                reader.skipBlanks();
            }
            reader.expect(')');
            reader.skipResponse();
            done = true;
            return items;
        } finally {
            if (!done) {
                items.close();
            }
        }
    }

    private void readItem(ImapReader reader, @Nullable ContentSpool spool) throws IOException {
        String name = reader.atom();
        reader.skipBlanks();
        switch (name) {
            case "UID" -> uid = reader.number();
            case "RFC822.SIZE" -> size = reader.number();
            case "INTERNALDATE" -> arrivedAt = date(reader.string(LONGEST_DATE));
            case "BODY[HEADER]" -> header = reader.string(LONGEST_HEADER);
            case "BODY[]<0>" -> beginning = reader.string(MailBeginning.LENGTH);
            case "BODY[]" -> {
                if (spool == null) {
                    reader.skipValue();
                } else {
                    close();
                    content = content(reader, spool);
                }
            }
            default -> reader.skipValue();
        }
    }

    private static @Nullable SpooledContent content(ImapReader reader, ContentSpool spool) throws IOException {
        switch (reader.peek()) {
            case '{', '~' -> {
                long size = reader.literalSize();
                ImapReader.LiteralStream literal = reader.literal(size);
                SpooledContent taken = spool.take(literal, size);
                literal.drain();
                return taken;
            }
            case '"' -> {
                byte[] bytes = reader.quoted();
                return spool.take(new ByteArrayInputStream(bytes), bytes.length);
            }
            default -> {
                // NIL: the server lists the mail, but has nothing to give.
                reader.skipValue();
                return null;
            }
        }
    }

    private static @Nullable Instant date(ImapReader.@Nullable Text text) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(new String(text.bytes(), StandardCharsets.US_ASCII).trim(), INTERNAL_DATE)
                    .toInstant();
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    /** Returns the UID, 0 when the response told none: then it was not the answer to our question. */
    long uid() {
        return uid;
    }

    /** Returns the header, null when the response brought none. */
    @Nullable
    MailHeader header() {
        ImapReader.Text text = header;
        return text == null ? null : new MailHeader(uid, size, arrivedAt, text.latin(), text.complete());
    }

    /** Returns the mail's beginning; null when the response brought none, or one that the header is longer than. */
    @Nullable
    MailBeginning beginning(Predicate<MailHeader> wanted) {
        ImapReader.Text text = beginning;
        if (text == null) {
            return null;
        }
        byte[] bytes = text.bytes();
        // Both must say so: some servers guess a mail's size, and some may not know how to give a part.
        boolean whole = text.complete() && bytes.length < MailBeginning.LENGTH && bytes.length == size;
        int end = MailBeginning.endOfHeader(bytes);
        if (end < 0 && !whole) {
            return null;
        }
        String block = new String(bytes, 0, end < 0 ? bytes.length : end, StandardCharsets.ISO_8859_1);
        MailHeader found = new MailHeader(uid, size, arrivedAt, block, true);
        return new MailBeginning(found, whole && wanted.test(found) ? new MemoryContent(bytes) : null);
    }

    @Nullable
    SpooledContent content() {
        return content;
    }

    void close() {
        SpooledContent held = content;
        content = null;
        if (held != null) {
            held.close();
        }
    }
}
