package io.github.pecmailproxy.pec;

/**
 * A piece of an array that nobody copies.
 *
 * @param array the bytes, of which only the piece counts
 * @param offset where the piece starts
 * @param length how long it is
 * @param fullLength how long it is in the mail: more than {@code length} when a limit cut it
 */
record ByteSlice(byte[] array, int offset, int length, long fullLength) {
    static final ByteSlice EMPTY = new ByteSlice(new byte[0], 0, 0, 0);

    int end() {
        return offset + length;
    }

    boolean isComplete() {
        return length == fullLength;
    }
}
