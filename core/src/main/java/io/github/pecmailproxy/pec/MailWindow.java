package io.github.pecmailproxy.pec;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A mail read from front to back, once: a whole array, or a window that slides over a stream. What is needed is captured as
 * it goes by: a piece of the array, or a copy of no more than its limit. Not thread-safe.
 */
final class MailWindow {
    /** {@link #stop()}: the mail is over. */
    static final int END = -1;

    /** {@link #stop()}: the position is inside a part. */
    static final int NONE = -2;

    private static final int STREAM_WINDOW_BYTES = 64 << 10;

    private final @Nullable InputStream stream;
    private final byte[] buffer;
    private int position;
    private int limit;
    private boolean ended;
    private long allowance;
    private boolean overLimit;

    private final DelimiterSearch search = new DelimiterSearch();
    private int stop = NONE;

    private boolean capturing;
    private int captureStart;
    private int captureLimit;
    private long captureSeen;
    private byte[] captured = ByteSlice.EMPTY.array();
    private int capturedLength;

    private @Nullable ContentDigests digests;

    /** Opens a whole mail. */
    MailWindow(byte[] mail, long maxBytes) {
        stream = null;
        buffer = mail;
        limit = (int) Math.min(mail.length, maxBytes);
        overLimit = limit < mail.length;
        ended = true;
    }

    /** Opens a mail that is a piece of an array. */
    MailWindow(ByteSlice mail) {
        stream = null;
        buffer = mail.array();
        position = mail.offset();
        limit = mail.end();
        ended = true;
    }

    /** Opens a mail that goes by. */
    MailWindow(InputStream stream, long maxBytes) {
        this.stream = stream;
        buffer = new byte[STREAM_WINDOW_BYTES];
        allowance = maxBytes;
    }

    boolean isArray() {
        return stream == null;
    }

    byte[] array() {
        return buffer;
    }

    int position() {
        return position;
    }

    /** Whether the mail is longer than what may be read. */
    boolean isOverLimit() {
        return overLimit;
    }

    /** Where the position is: before the delimiter of a level, at the {@link #END}, or at {@link #NONE}. */
    int stop() {
        return stop;
    }

    /** Whether the delimiter at the position closes its multipart. */
    boolean isClosing() {
        return search.isClosing();
    }

    /** Enters a multipart. Returns its level, or -1 when the boundary cannot be one. */
    int enter(String boundary) {
        return search.push(boundary) ? search.levels() - 1 : -1;
    }

    /** Leaves the innermost multipart. */
    void leave() {
        search.pop();
    }

    /** Everything that goes by from here on is digested, until {@link #endDigests()}; for streams. */
    void startDigests(ContentDigests contentDigests) {
        digests = contentDigests;
    }

    void endDigests() {
        digests = null;
    }

    /** Everything that goes by from here on is kept, up to a length, until {@link #endCapture()}. */
    void startCapture(int maxBytes) {
        capturing = true;
        captureStart = position;
        captureLimit = maxBytes;
        captureSeen = 0;
        captured = ByteSlice.EMPTY.array();
        capturedLength = 0;
    }

    ByteSlice endCapture() {
        capturing = false;
        if (stream == null) {
            int length = position - captureStart;
            return new ByteSlice(buffer, captureStart, Math.min(length, captureLimit), length);
        }
        byte[] array = captured;
        captured = ByteSlice.EMPTY.array();
        return new ByteSlice(array, 0, capturedLength, captureSeen);
    }

    /** Reads a header section up to and including the blank line behind it, or up to a delimiter or the end. */
    ByteSlice readHeader(int maxBytes) throws IOException {
        stop = NONE;
        startCapture(maxBytes);
        boolean lineStart = true;
        while (true) {
            if (lineStart && search.levels() > 0) {
                require(DelimiterSearch.LOOKAHEAD);
                if (search.evaluateLine(buffer, position, limit)) {
                    stop = search.level();
                    return endCapture();
                }
            }
            int lineFeed = LineFeeds.indexOf(buffer, position, limit);
            if (lineFeed < 0) {
                if (ended) {
                    advance(limit);
                    stop = END;
                    return endCapture();
                }
                // A line may be longer than the window: what was seen goes by, and the rest is no line start.
                if (limit - position > STREAM_WINDOW_BYTES / 2) {
                    advance(limit);
                    lineStart = false;
                }
                fill();
                continue;
            }
            boolean blank =
                    lineStart && (lineFeed == position || (lineFeed == position + 1 && buffer[position] == '\r'));
            if (blank) {
                ByteSlice header = endCapture();
                advance(lineFeed + 1);
                return header;
            }
            advance(lineFeed + 1);
            lineStart = true;
        }
    }

    /** Passes over content up to the line end before the next delimiter, or to the end; then {@link #stop()} tells which. */
    void seek() throws IOException {
        if (stop != NONE) {
            return;
        }
        if (search.levels() == 0) {
            seekEnd();
            return;
        }
        // The line feed a delimiter begins with may be the one just passed.
        int from = Math.max(0, position - 1);
        while (true) {
            int at = search.candidate(buffer, from, limit);
            if (at < 0) {
                if (ended) {
                    advance(limit);
                    stop = END;
                    return;
                }
                // A delimiter may begin in the last bytes; the carriage return before it stays as well.
                advance(Math.max(position, limit - DelimiterSearch.MAX_BOUNDARY_LENGTH - 4));
                fill();
                from = Math.max(0, position - 1);
                continue;
            }
            if (!ended && limit - at < DelimiterSearch.LOOKAHEAD) {
                advance(Math.max(position, at - 1));
                fill();
                from = Math.max(0, position - 1);
                continue;
            }
            if (search.evaluate(buffer, at, limit)) {
                int contentEnd = at > position && buffer[at - 1] == '\r' ? at - 1 : at;
                advance(Math.max(position, contentEnd));
                stop = search.level();
                return;
            }
            from = at + 1;
        }
    }

    private void seekEnd() throws IOException {
        while (!ended) {
            advance(limit);
            fill();
        }
        advance(limit);
        stop = END;
    }

    /** Passes the delimiter line at the position, into what follows it. */
    void passDelimiter() throws IOException {
        stop = NONE;
        advance(search.end());
        int lineFeed = LineFeeds.indexOf(buffer, position, limit);
        while (lineFeed < 0 && !ended) {
            fill();
            lineFeed = LineFeeds.indexOf(buffer, position, limit);
        }
        advance(lineFeed < 0 ? limit : lineFeed + 1);
    }

    /** Makes sure that some bytes behind the position can be seen, as far as there are any. */
    private void require(int bytes) throws IOException {
        while (!ended && limit - position < bytes) {
            fill();
        }
    }

    private void advance(int to) {
        if (stream != null && to > position) {
            int length = to - position;
            if (digests != null) {
                digests.update(buffer, position, to);
            }
            if (capturing) {
                capture(length);
            }
        }
        position = to;
    }

    private void capture(int length) {
        captureSeen += length;
        int wanted = Math.min(length, captureLimit - capturedLength);
        if (wanted > 0) {
            if (capturedLength + wanted > captured.length) {
                int doubled = Math.max(captured.length * 2, 4096);
                captured = Arrays.copyOf(captured, Math.min(captureLimit, Math.max(doubled, capturedLength + wanted)));
            }
            System.arraycopy(buffer, position, captured, capturedLength, wanted);
            capturedLength += wanted;
        }
    }

    /** Slides the window: keeps the byte before the position and all behind it, and reads as much as there is room for. */
    private void fill() throws IOException {
        InputStream source = stream;
        if (source == null || ended) {
            return;
        }
        int keepFrom = Math.max(0, position - 1);
        System.arraycopy(buffer, keepFrom, buffer, 0, limit - keepFrom);
        position -= keepFrom;
        limit -= keepFrom;
        int room = (int) Math.min(buffer.length - limit, allowance);
        int read = source.readNBytes(buffer, limit, room);
        limit += read;
        allowance -= read;
        if (allowance == 0) {
            ended = true;
            overLimit = source.read() >= 0;
        } else if (read < room) {
            ended = true;
        }
    }
}
