package io.github.pecmailproxy.pec;

import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The signed part of a scanned mail. */
final class ScannedEntity implements SignedEntity {
    private final MailScan scan;
    private final Optional<String> from;
    private final Optional<Instant> certifiedTime;

    ScannedEntity(MailScan scan, Optional<String> from, Optional<Instant> certifiedTime) {
        this.scan = scan;
        this.from = from;
        this.certifiedTime = certifiedTime;
    }

    @Override
    public byte[] cms() {
        MailPart signature = scan.signature();
        return signature == null ? new byte[0] : signature.decode().bytes();
    }

    @Override
    public boolean detached() {
        return !scan.isOpaque();
    }

    @Override
    public byte[] digest(String algorithm) throws NoSuchAlgorithmException {
        if (!detached()) {
            throw new IllegalStateException("the signed content lies inside the CMS structure");
        }
        @Nullable ContentDigests digests = scan.digests();
        if (digests == null) {
            // A multipart/signed without any part signs nothing: its content is empty.
            @Nullable ByteSlice content = scan.signedContent();
            return ContentDigests.of(content == null ? ByteSlice.EMPTY : content, algorithm);
        }
        return digests.get(algorithm);
    }

    @Override
    public Optional<String> from() {
        return from;
    }

    @Override
    public Optional<Instant> certifiedTime() {
        return certifiedTime;
    }
}
