package io.github.pecmailproxy.pec;

import java.io.InputStream;

/** Lines of an attachment without end, up to a length that is never in memory. */
final class FillerStream extends InputStream {
    private static final int LINE = 78;
    private final long length;
    private long position;

    FillerStream(long length) {
        this.length = length;
    }

    @Override
    public int read() {
        if (position == length) {
            return -1;
        }
        int column = (int) (position++ % LINE);
        return column == LINE - 2 ? '\r' : column == LINE - 1 ? '\n' : 'A' + column % 26;
    }

    @Override
    public int read(byte[] bytes, int offset, int wanted) {
        int count = 0;
        while (count < wanted && position < length) {
            bytes[offset + count++] = (byte) read();
        }
        return count == 0 && wanted > 0 ? -1 : count;
    }
}
