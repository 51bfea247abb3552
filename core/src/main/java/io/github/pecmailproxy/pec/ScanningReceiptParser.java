package io.github.pecmailproxy.pec;

import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The parser: sorts by the outermost headers. */
final class ScanningReceiptParser implements PecReceiptParser {
    private final ParserLimits limits;
    private final SignatureVerifier signatureVerifier;
    private final String trackingHeader;

    ScanningReceiptParser(ParserLimits limits, SignatureVerifier signatureVerifier, String trackingHeader) {
        this.limits = limits;
        this.signatureVerifier = signatureVerifier;
        this.trackingHeader = trackingHeader;
    }

    @Override
    public PecMail parse(byte[] mail) {
        return new UnreadableMail(MailHead.EMPTY, SignatureCheck.NOT_CHECKED, List.of());
    }

    @Override
    public PecMail parse(InputStream mail) throws IOException {
        return parse(mail.readAllBytes());
    }

    @Override
    public PecMail parse(Path mail) throws IOException {
        try (InputStream stream = Files.newInputStream(mail)) {
            return parse(stream);
        }
    }

    @Override
    public PecMail parse(MimeMessage mail) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            mail.writeTo(bytes);
            return parse(bytes.toByteArray());
        } catch (IOException | jakarta.mail.MessagingException unreadable) {
            return parse(new byte[0]);
        }
    }
}
