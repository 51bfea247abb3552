package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Content in memory. Immutable. */
public final class SampleContent implements StoredContent {
    private final byte[] bytes;

    private SampleContent(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Wraps a text, one byte a character. */
    public static SampleContent of(String text) {
        return new SampleContent(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Copies what a source holds now. */
    public static SampleContent copyOf(StoredContent content) {
        try (InputStream stream = content.open()) {
            return new SampleContent(stream.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(bytes);
    }
}
