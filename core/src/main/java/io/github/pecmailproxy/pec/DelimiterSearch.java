package io.github.pecmailproxy.pec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the boundary delimiters of the multiparts a scan is in (RFC 2046 section 5.1.1), by the Boyer-Moore-Horspool rule:
 * the byte under the end of the shortest delimiter says how far to leap, so that an attachment costs one look every thirty
 * bytes or so. A delimiter begins with the one line feed it contains, so candidates cannot overlap and the worst case is
 * linear. Not thread-safe.
 */
final class DelimiterSearch {
    /** The longest boundary that is looked for; RFC 2046 allows 70. */
    static final int MAX_BOUNDARY_LENGTH = 200;

    /** The blanks after a delimiter (transport padding) that are tolerated. */
    private static final int MAX_PADDING = 200;

    /** The bytes after a candidate's start that {@link #evaluate} may need to see. */
    static final int LOOKAHEAD = 3 + MAX_BOUNDARY_LENGTH + 2 + MAX_PADDING + 2;

    private static final int MAX_LEVELS = 4;
    private static final int QUARTER = 2_048;
    private static final int BLOCK = 4 * QUARTER;

    private final byte[][] delimiters = new byte[MAX_LEVELS][];
    private final byte[] leaps = new byte[256];
    private int levels;
    private int shortest;
    private int leapFromEnd;

    private int level;
    private boolean closing;
    private int end;

    /** Adds the boundary of a multipart inside the present ones. Returns false when it cannot be one. */
    boolean push(String boundary) {
        if (boundary.isEmpty() || boundary.length() > MAX_BOUNDARY_LENGTH || levels == MAX_LEVELS) {
            return false;
        }
        delimiters[levels++] = ("\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        prepare();
        return true;
    }

    /** Removes the innermost boundary. */
    void pop() {
        levels--;
        prepare();
    }

    int levels() {
        return levels;
    }

    private void prepare() {
        shortest = Byte.MAX_VALUE;
        for (int i = 0; i < levels; i++) {
            shortest = Math.min(shortest, delimiters[i].length);
        }
        if (levels == 0) {
            return;
        }
        Arrays.fill(leaps, (byte) shortest);
        for (int i = 0; i < levels; i++) {
            for (int j = 0; j < shortest - 1; j++) {
                int index = delimiters[i][j] & 0xff;
                leaps[index] = (byte) Math.min(leaps[index], shortest - 1 - j);
            }
        }
        // A byte with which a delimiter may end leaps nowhere until it was looked at; then as far as the nearest of
        // them may.
        leapFromEnd = shortest;
        for (int i = 0; i < levels; i++) {
            leapFromEnd = Math.min(leapFromEnd, leaps[delimiters[i][shortest - 1] & 0xff]);
        }
        for (int i = 0; i < levels; i++) {
            leaps[delimiters[i][shortest - 1] & 0xff] = 0;
        }
    }

    /**
     * Returns the index of the first line feed in [from, to) with which a delimiter may begin, as far as can be seen; or -1.
     * There must be a level.
     */
    int candidate(byte[] bytes, int from, int to) {
        int end = from + shortest - 1;
        while (to - end >= BLOCK) {
            if (isPossible(bytes, end)) {
                int found = candidateEnd(bytes, end, end + BLOCK);
                if (found < end + BLOCK) {
                    return found - shortest + 1;
                }
            }
            end += BLOCK;
        }
        int found = candidateEnd(bytes, end, to);
        return found < to ? found - shortest + 1 : -1;
    }

    /** Returns the index of the byte with which the first candidate's shortest form ends, or one not below the bound. */
    private int candidateEnd(byte[] bytes, int from, int bound) {
        byte[] table = leaps;
        int i = from;
        while (i < bound) {
            int leap = table[bytes[i] & 0xff];
            if (leap == 0) {
                if (isCandidate(bytes, i)) {
                    return i;
                }
                leap = leapFromEnd;
            }
            i += leap;
        }
        return i;
    }

    private boolean isCandidate(byte[] bytes, int end) {
        int start = end - shortest + 1;
        return bytes[start] == '\n' && bytes[start + 1] == '-' && bytes[start + 2] == '-';
    }

    /**
     * Tells whether a block may hold a candidate. Each leap waits for the byte the one before led to; four at a time, a quarter
     * of the block each, wait together.
     */
    private boolean isPossible(byte[] bytes, int from) {
        byte[] table = leaps;
        int a = from;
        int b = a + QUARTER;
        int c = b + QUARTER;
        int d = c + QUARTER;
        int endA = b;
        int endB = c;
        int endC = d;
        int endD = d + QUARTER;
        while (a < endA && b < endB && c < endC && d < endD) {
            int leapA = table[bytes[a] & 0xff];
            int leapB = table[bytes[b] & 0xff];
            int leapC = table[bytes[c] & 0xff];
            int leapD = table[bytes[d] & 0xff];
            if (leapA == 0 || leapB == 0 || leapC == 0 || leapD == 0) {
                if ((leapA == 0 && isCandidate(bytes, a))
                        || (leapB == 0 && isCandidate(bytes, b))
                        || (leapC == 0 && isCandidate(bytes, c))
                        || (leapD == 0 && isCandidate(bytes, d))) {
                    return true;
                }
                leapA = leapA == 0 ? leapFromEnd : leapA;
                leapB = leapB == 0 ? leapFromEnd : leapB;
                leapC = leapC == 0 ? leapFromEnd : leapC;
                leapD = leapD == 0 ? leapFromEnd : leapD;
            }
            a += leapA;
            b += leapB;
            c += leapC;
            d += leapD;
        }
        return candidateEnd(bytes, a, endA) < endA
                || candidateEnd(bytes, b, endB) < endB
                || candidateEnd(bytes, c, endC) < endC
                || candidateEnd(bytes, d, endD) < endD;
    }

    /** Tells whether a delimiter line begins at a candidate; then {@link #level()} and the others describe it. */
    boolean evaluate(byte[] bytes, int at, int to) {
        for (int i = 0; i < levels; i++) {
            byte[] delimiter = delimiters[i];
            if (startsWith(bytes, at, to, delimiter, 0) && isLineEnd(bytes, at + delimiter.length, to)) {
                level = i;
                return true;
            }
        }
        return false;
    }

    /** Like {@link #evaluate} for the start of a line, whose line feed is not there to see. */
    boolean evaluateLine(byte[] bytes, int lineStart, int to) {
        for (int i = 0; i < levels; i++) {
            byte[] delimiter = delimiters[i];
            if (startsWith(bytes, lineStart, to, delimiter, 1)
                    && isLineEnd(bytes, lineStart + delimiter.length - 1, to)) {
                level = i;
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] bytes, int at, int to, byte[] delimiter, int from) {
        int length = delimiter.length - from;
        return to - at >= length && Arrays.equals(bytes, at, at + length, delimiter, from, delimiter.length);
    }

    /** Nothing but two hyphens and blanks may follow a boundary: "--ab" is no delimiter of the boundary "a". */
    private boolean isLineEnd(byte[] bytes, int at, int to) {
        int i = at;
        closing = to - i >= 2 && bytes[i] == '-' && bytes[i + 1] == '-';
        if (closing) {
            i += 2;
        }
        int last = Math.min(to, i + MAX_PADDING);
        while (i < last && (bytes[i] == ' ' || bytes[i] == '\t')) {
            i++;
        }
        end = i;
        return i == to || bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == to || bytes[i + 1] == '\n'));
    }

    /** The level of the delimiter found, 0 the outermost. */
    int level() {
        return level;
    }

    /** Whether it closes its multipart. */
    boolean isClosing() {
        return closing;
    }

    /** The index behind it, before its line end. */
    int end() {
        return end;
    }
}
