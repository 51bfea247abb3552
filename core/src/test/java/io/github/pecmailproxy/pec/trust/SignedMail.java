package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.SignedEntity;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A signed entity made of given bytes, or cut out of a mail in the simplest way that serves well-formed ones. */
final class SignedMail implements SignedEntity {
    private static final Pattern BOUNDARY = Pattern.compile("(?i)boundary=\"?([^\";\\s]+)");
    private static final Pattern ADDRESS = Pattern.compile("(?im)^From:(?:[^<\\n]*<)?\\s*([^\\s<>]+@[^\\s<>]+)>?\\s*$");

    private final byte[] cms;
    private final byte[] content;
    private final boolean detached;
    private final Optional<String> from;
    private final Optional<Instant> certifiedTime;

    SignedMail(byte[] cms, byte[] content, boolean detached, Optional<String> from, Optional<Instant> certifiedTime) {
        this.cms = cms;
        this.content = content;
        this.detached = detached;
        this.from = from;
        this.certifiedTime = certifiedTime;
    }

    static SignedMail detached(byte[] cms, byte[] content, String from) {
        return new SignedMail(cms, content, true, Optional.of(from), Optional.empty());
    }

    static SignedMail opaque(byte[] cms, String from) {
        return new SignedMail(cms, new byte[0], false, Optional.of(from), Optional.empty());
    }

    /** Cuts a multipart/signed mail into its first part and its signature. */
    static SignedMail cut(byte[] mail) {
        String text = new String(mail, StandardCharsets.ISO_8859_1).replaceAll("\r?\n", "\r\n");
        int bodyStart = text.indexOf("\r\n\r\n") + 2;
        String headers = text.substring(0, bodyStart).replaceAll("\r\n[ \t]+", " ");
        Matcher boundary = BOUNDARY.matcher(headers);
        Matcher from = ADDRESS.matcher(headers.replace("\r", ""));
        if (!boundary.find() || !from.find()) {
            throw new IllegalArgumentException("no boundary or no From");
        }
        String delimiter = "\r\n--" + boundary.group(1);
        int first = text.indexOf(delimiter, bodyStart - 2);
        int second = text.indexOf(delimiter, first + 1);
        int third = text.indexOf(delimiter, second + 1);
        String content = text.substring(text.indexOf("\r\n", first + 2) + 2, second);
        String signature = text.substring(text.indexOf("\r\n\r\n", second + 2) + 4, third);
        return detached(
                Base64.getMimeDecoder().decode(signature),
                content.getBytes(StandardCharsets.ISO_8859_1),
                from.group(1));
    }

    SignedMail from(String address) {
        return new SignedMail(cms, content, detached, Optional.of(address), certifiedTime);
    }

    SignedMail withoutFrom() {
        return new SignedMail(cms, content, detached, Optional.empty(), certifiedTime);
    }

    SignedMail content(byte[] other) {
        return new SignedMail(cms, other, detached, from, certifiedTime);
    }

    SignedMail cms(byte[] other) {
        return new SignedMail(other, content, detached, from, certifiedTime);
    }

    SignedMail certifiedAt(Instant time) {
        return new SignedMail(cms, content, detached, from, Optional.of(time));
    }

    byte[] content() {
        return content.clone();
    }

    @Override
    public byte[] cms() {
        return cms.clone();
    }

    @Override
    public boolean detached() {
        return detached;
    }

    @Override
    public byte[] digest(String algorithm) throws NoSuchAlgorithmException {
        if (!detached) {
            throw new IllegalStateException("opaque");
        }
        return MessageDigest.getInstance(algorithm).digest(canonical(content));
    }

    @Override
    public Optional<String> from() {
        return from;
    }

    @Override
    public Optional<Instant> certifiedTime() {
        return certifiedTime;
    }

    private static byte[] canonical(byte[] bytes) {
        ByteArrayOutputStream canonical = new ByteArrayOutputStream(bytes.length);
        byte previous = 0;
        for (byte b : bytes) {
            if (b == '\n' && previous != '\r') {
                canonical.write('\r');
            }
            canonical.write(b);
            previous = b;
        }
        return canonical.toByteArray();
    }
}
