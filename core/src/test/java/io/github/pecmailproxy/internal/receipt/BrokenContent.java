package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;

/** Content that can be read until it breaks down. */
final class BrokenContent implements StoredContent {
    private final StoredContent content;
    private volatile boolean broken;

    BrokenContent(StoredContent content) {
        this.content = content;
    }

    void breakDown() {
        broken = true;
    }

    @Override
    public long size() {
        return content.size();
    }

    @Override
    public String sha256() {
        return content.sha256();
    }

    @Override
    public InputStream open() throws IOException {
        if (broken) {
            throw new IOException("the disk is damaged");
        }
        return content.open();
    }
}
