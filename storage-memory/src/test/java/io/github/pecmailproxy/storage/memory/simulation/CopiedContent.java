package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Bytes that pass for a content. */
record CopiedContent(byte[] bytes) implements StoredContent {
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
        return Ledger.sha256(bytes);
    }
}
