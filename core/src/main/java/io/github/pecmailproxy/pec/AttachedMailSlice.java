package io.github.pecmailproxy.pec;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** An attached mail as a piece of the mail it was found in, or as what was kept of it. */
final class AttachedMailSlice implements AttachedMail {
    private final MailPart part;
    private final ParserLimits limits;

    private AttachedMailSlice(MailPart part, ParserLimits limits) {
        this.part = part;
        this.limits = limits;
    }

    /** Wraps a part. Of one that was not kept whole only the header survives, so that no more memory is held than is of use. */
    static AttachedMailSlice of(MailPart part, ParserLimits limits) {
        ByteSlice content = part.content();
        if (content.isComplete()) {
            return new AttachedMailSlice(part, limits);
        }
        int kept = Math.min(content.length(), limits.maxHeaderBytes());
        byte[] start = Arrays.copyOfRange(content.array(), content.offset(), content.offset() + kept);
        MailPart head =
                new MailPart(new ByteSlice(start, 0, kept, content.fullLength()), part.encoding(), part.charset());
        return new AttachedMailSlice(head, limits);
    }

    @Override
    public long size() {
        return part.content().fullLength();
    }

    @Override
    public Optional<String> header(String name) {
        return headers().find(name).map(HeaderText::decodeWords);
    }

    HeaderSection headers() {
        return MultipartReader.header(isEncoded() ? decoded() : part.content(), limits);
    }

    private boolean isEncoded() {
        return part.encoding().equals("base64") || part.encoding().equals("quoted-printable");
    }

    private ByteSlice decoded() {
        byte[] bytes = part.decode().bytes();
        return new ByteSlice(bytes, 0, bytes.length, bytes.length);
    }

    @Override
    public Optional<InputStream> open() {
        ByteSlice content = part.content();
        if (!content.isComplete()) {
            return Optional.empty();
        }
        ByteSlice plain = isEncoded() ? decoded() : content;
        return Optional.of(new ByteArrayInputStream(plain.array(), plain.offset(), plain.length()));
    }

    @Override
    public Map<String, String> hashes() {
        if (!part.content().isComplete()) {
            return Map.of();
        }
        return MultipartReader.hashes(isEncoded() ? decoded() : part.content(), limits);
    }

    @Override
    public String toString() {
        return "AttachedMail[size=" + size() + "]";
    }
}
