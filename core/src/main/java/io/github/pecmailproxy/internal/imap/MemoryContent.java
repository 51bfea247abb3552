package io.github.pecmailproxy.internal.imap;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A mail in memory. */
final class MemoryContent implements SpooledContent {
    private final byte[] bytes;
    // Computed when asked for; two threads that ask at once compute the same.
    private volatile @Nullable String sha256;

    MemoryContent(byte[] bytes) {
        this.bytes = bytes;
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
        String known = sha256;
        if (known == null) {
            known = HexFormat.of().formatHex(ContentSpool.newDigest().digest(bytes));
            sha256 = known;
        }
        return known;
    }

    @Override
    public long memory() {
        return bytes.length;
    }

    @Override
    public void close() {
        // Nothing to let go of but memory, which goes with the last reference.
    }
}
