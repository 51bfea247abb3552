package io.github.pecmailproxy.pec;

import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The parser: one pass over the bytes, then a decision. */
final class ScanningReceiptParser implements PecReceiptParser {
    private final ParserLimits limits;
    private final SignatureVerifier signatureVerifier;
    private final boolean verifies;
    private final OpaqueContent opaqueContent;
    private final String trackingHeader;

    ScanningReceiptParser(
            ParserLimits limits,
            SignatureVerifier signatureVerifier,
            OpaqueContent opaqueContent,
            String trackingHeader) {
        this.limits = limits;
        this.signatureVerifier = signatureVerifier;
        this.verifies = !signatureVerifier.equals(SignatureVerifier.none());
        this.opaqueContent = opaqueContent;
        this.trackingHeader = trackingHeader;
    }

    @Override
    public PecMail parse(byte[] mail) {
        Objects.requireNonNull(mail, "mail");
        try {
            return parse(new MailWindow(mail, limits.maxMailBytes()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public PecMail parse(InputStream mail) throws IOException {
        Objects.requireNonNull(mail, "mail");
        byte[] start = mail.readNBytes(limits.maxBufferedBytes());
        if (start.length < limits.maxBufferedBytes()) {
            return parse(start);
        }
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(start), mail);
        return parse(new MailWindow(whole, limits.maxMailBytes()));
    }

    @Override
    public PecMail parse(Path mail) throws IOException {
        try (InputStream stream = Files.newInputStream(mail)) {
            return parse(stream);
        }
    }

    @Override
    public PecMail parse(MimeMessage mail) {
        Objects.requireNonNull(mail, "mail");
        return JakartaMessages.parse(mail, this);
    }

    private PecMail parse(MailWindow window) throws IOException {
        Problems problems = new Problems();
        try {
            MailScan scan = new MailScan(window, limits, verifies, opaqueContent, problems);
            scan.scan();
            return new MailClassifier(scan, limits, signatureVerifier, trackingHeader, problems).classify();
        } catch (RuntimeException defect) {
            // One bad mail never stops a mailbox: a defect here, or in a verifier, costs this mail only.
            problems.add(ProblemCode.INTERNAL_ERROR, "the parser failed: " + defect);
            return new UnreadableMail(MailHead.EMPTY, SignatureCheck.NOT_CHECKED, problems.toList());
        }
    }
}
