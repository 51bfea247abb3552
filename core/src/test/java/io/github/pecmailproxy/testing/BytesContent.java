package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Content in memory. */
public final class BytesContent implements StoredContent {
    private final byte[] bytes;
    private final String sha256;

    public BytesContent(byte[] bytes) {
        this.bytes = bytes.clone();
        try {
            sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static BytesContent of(String text) {
        return new BytesContent(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public String sha256() {
        return sha256;
    }
}
