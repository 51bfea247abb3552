package io.github.pecmailproxy.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Counts, hashes and checksums the bytes that are read through it. Not thread-safe. */
final class Hashing extends InputStream {
    private static final int BUFFER = 64 << 10;

    private final InputStream source;
    private final MessageDigest digest = start();
    private final CRC32 crc = new CRC32();
    private long size;

    Hashing(InputStream source) {
        this.source = source;
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(start().digest(bytes));
    }

    private static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = source.read(buffer, offset, length);
        if (read > 0) {
            digest.update(buffer, offset, read);
            crc.update(buffer, offset, read);
            size += read;
        }
        return read;
    }

    /** Reads what is left. */
    void drain() throws IOException {
        copyTo(OutputStream.nullOutputStream());
    }

    /** Reads what is left and writes it. */
    void copyTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int read = read(buffer, 0, BUFFER); read >= 0; read = read(buffer, 0, BUFFER)) {
            out.write(buffer, 0, read);
        }
    }

    /** Returns what was read up to now; ends the hash. */
    Result result() {
        return new Result(size, HexFormat.of().formatHex(digest.digest()), crc.getValue());
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** What was read. */
    record Result(long size, String sha256, long crc) {}
}
