package io.github.pecmailproxy.pec;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.List;

/** Takes messages of Jakarta Mail apart. Stands alone so that the parser works where Jakarta Mail is absent. */
final class JakartaMessages {
    private JakartaMessages() {}

    static PecMail parse(MimeMessage mail, PecReceiptParser parser) {
        try {
            return parseRaw(mail, parser);
        } catch (MessagingException | IOException unavailable) {
            Problem problem = new Problem(
                    ProblemCode.NOT_A_MAIL, "the message cannot be read from its store: " + unavailable.getMessage());
            return new UnreadableMail(MailHead.EMPTY, SignatureCheck.NOT_CHECKED, List.of(problem));
        }
    }

    private static PecMail parseRaw(MimeMessage mail, PecReceiptParser parser) throws MessagingException, IOException {
        InputStream body;
        try {
            body = mail.getRawInputStream();
        } catch (MessagingException notRead) {
            // A message that was built rather than read has no raw content until it is written.
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            mail.writeTo(written);
            return parser.parse(written.toByteArray());
        }
        try (InputStream content = body) {
            StringBuilder header = new StringBuilder();
            for (Enumeration<String> lines = mail.getAllHeaderLines(); lines.hasMoreElements(); ) {
                header.append(lines.nextElement()).append("\r\n");
            }
            byte[] headerBytes = header.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
            return parser.parse(new SequenceInputStream(new ByteArrayInputStream(headerBytes), content));
        }
    }
}
