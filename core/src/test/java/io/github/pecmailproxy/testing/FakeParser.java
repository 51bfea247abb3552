package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** A parser that was told beforehand what every mail is. Thread-safe. */
public final class FakeParser implements PecReceiptParser {
    private final Map<String, PecMail> mails = new ConcurrentHashMap<>();

    /** Says what the mail of these bytes is, from now on. */
    public void knows(String bytes, PecMail mail) {
        mails.put(bytes, mail);
    }

    @Override
    public PecMail parse(byte[] mail) {
        return Objects.requireNonNull(mails.get(new String(mail, StandardCharsets.ISO_8859_1)));
    }

    @Override
    public PecMail parse(InputStream mail) throws IOException {
        return parse(mail.readAllBytes());
    }

    @Override
    public PecMail parse(Path mail) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PecMail parse(MimeMessage mail) {
        throw new UnsupportedOperationException();
    }
}
