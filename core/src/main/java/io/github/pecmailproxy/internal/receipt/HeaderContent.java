package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** The header block of a mail whose body could not be read: all there is to keep of it. Immutable. */
record HeaderContent(byte[] header, String sha256) implements StoredContent {
    @Override
    public InputStream open() {
        return new ByteArrayInputStream(header);
    }

    @Override
    public long size() {
        return header.length;
    }
}
