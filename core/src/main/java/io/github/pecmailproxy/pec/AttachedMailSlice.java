package io.github.pecmailproxy.pec;

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** The attached mail as a piece of an array. */
final class AttachedMailSlice implements AttachedMail {
    @Override
    public long size() {
        return 0;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<InputStream> open() {
        return Optional.empty();
    }

    @Override
    public Map<String, String> hashes() {
        return Map.of();
    }
}
