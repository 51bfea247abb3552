package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A copy of some content. Immutable and thread-safe. */
final class MemoryContent implements StoredContent {
    private final byte[] bytes;
    private final String sha256;

    private MemoryContent(byte[] bytes, String sha256) {
        this.bytes = bytes;
        this.sha256 = sha256;
    }

    /**
     * Copies content.
     *
     * @throws StoreException if it cannot be read, or is not as long as it says
     */
    static MemoryContent copyOf(StoredContent content) {
        byte[] bytes;
        try (InputStream in = content.open()) {
            bytes = in.readAllBytes();
        } catch (IOException failed) {
            throw new StoreException("the content to store cannot be read", failed);
        }
        if (bytes.length != content.size()) {
            throw new StoreException(
                    "the content to store has " + bytes.length + " bytes, not " + content.size() + " as it says", null);
        }
        return new MemoryContent(bytes, content.sha256());
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public String sha256() {
        return sha256;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(bytes);
    }
}
