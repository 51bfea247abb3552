package io.github.pecmailproxy.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How an mbox file falls into mails. */
class MailboxTest {
    @Test
    void goesOnAfterAnEmptyMail() throws IOException {
        assertThat(mails("From a\n\nFrom b\nSubject: kept\n\ntext\n")).containsExactly("", "Subject: kept\n\ntext\n");
    }

    @Test
    void endsWithTheFile() throws IOException {
        assertThat(mails("From a\nSubject: one\n\n>From me\n\nFrom b\nSubject: two\n\n"))
                .containsExactly("Subject: one\n\nFrom me\n", "Subject: two\n");
    }

    private static List<String> mails(String mbox) throws IOException {
        Mailbox mailbox = new Mailbox(new ByteArrayInputStream(mbox.getBytes(StandardCharsets.US_ASCII)));
        List<String> mails = new ArrayList<>();
        for (byte[] mail = mailbox.next(); mail != null; mail = mailbox.next()) {
            mails.add(new String(mail, StandardCharsets.US_ASCII));
        }
        return mails;
    }
}
