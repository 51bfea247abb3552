package io.github.pecmailproxy.storage.jdbc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Hashes texts of any length for narrow indexes: databases limit what they index, and senders do not limit their identifiers.
 * Stateless and thread-safe.
 */
final class TextHash {
    private TextHash() {}

    /** Returns 64 bits that unequal texts hardly ever share; whoever looks up by it compares the texts as well. */
    static long number(String text) {
        return ByteBuffer.wrap(sha256(text)).getLong();
    }

    /** Returns 64 hex digits that unequal texts never share. */
    static String hex(String text) {
        return HexFormat.of().formatHex(sha256(text));
    }

    private static byte[] sha256(String text) {
        try {
            // As stored, because UTF-8 has the same bytes for all unpaired surrogates.
            return MessageDigest.getInstance("SHA-256")
                    .digest(StoredText.encode(text, false).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
