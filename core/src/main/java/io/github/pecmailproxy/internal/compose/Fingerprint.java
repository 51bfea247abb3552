package io.github.pecmailproxy.internal.compose;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Hashes what the host handed over, so that a repeated enqueue is recognised. Every value is written with its name and length, so
 * that no two different messages have the same encoding. Not thread-safe.
 */
final class Fingerprint {
    /** A change of the encoding changes this, because fingerprints are compared across versions of this library. */
    private static final String VERSION = "pec-mail-proxy message 1";

    private static final int ABSENT = -1;

    private final MessageDigest digest = Sha256.start();

    Fingerprint() {
        write(VERSION);
    }

    /** Adds a value, present or absent. */
    Fingerprint add(String field, @Nullable Object value) {
        write(field);
        if (value == null) {
            writeLength(ABSENT);
        } else {
            write(value.toString());
        }
        return this;
    }

    /** Announces how many values of a list follow. */
    Fingerprint count(String field, int values) {
        write(field);
        writeLength(values);
        return this;
    }

    /** Ends the fingerprint: 64 lower-case hex digits. */
    String hex() {
        return Sha256.hex(digest);
    }

    private void write(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        writeLength(bytes.length);
        digest.update(bytes);
    }

    private void writeLength(int length) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    }
}
