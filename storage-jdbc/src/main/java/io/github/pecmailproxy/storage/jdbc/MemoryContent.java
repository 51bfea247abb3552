package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A small content that was read already. Immutable and thread-safe; the array is not copied and must not be changed. */
final class MemoryContent implements StoredContent {
    private final byte[] bytes;
    private final String sha256;

    MemoryContent(byte[] bytes, String sha256) {
        this.bytes = bytes;
        this.sha256 = sha256;
    }

    /** Takes a content that fits into one chunk into memory, and leaves a larger one as it is. */
    static StoredContent ifSmall(StoredContent content) {
        return content instanceof MemoryContent || content.size() > ContentTable.CHUNK_SIZE
                ? content
                : new MemoryContent(ContentTable.bytes(content), content.sha256());
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
