package io.github.pecmailproxy.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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

    @Test
    void takesLineEndsOfEitherKind() throws IOException {
        assertThat(mails("From a\r\nSubject: one\r\n\r\n\r\n\r\nFrom b\r\nlast"))
                .containsExactly("Subject: one\r\n\r\n\r\n", "last");
    }

    @Test
    void needsABlankLineBeforeASeparator() throws IOException {
        assertThat(mails("From a\ntext\nFrom me to you\n>>From b\n>not From\n"))
                .containsExactly("text\nFrom me to you\n>From b\n>not From\n");
    }

    @Test
    void findsTheSameMailsWhereverTheBufferEnds() throws IOException {
        for (int length = 65_500; length < 65_560; length++) {
            String filler = "x".repeat(length);
            assertThat(mails("From a\n" + filler + "\n\n>From c\n\nFrom b\nsecond\n"))
                    .as("a line of %s", length)
                    .containsExactly(filler + "\n\nFrom c\n", "second\n");
        }
    }

    @Test
    void passesOverWhatWasNotRead() throws IOException {
        Mailbox mailbox = new Mailbox(
                new ByteArrayInputStream("From a\none\ntwo\n\nFrom b\nthree\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(mailbox.next().read()).isEqualTo('o');
        assertThat(new String(mailbox.next().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("three\n");
        assertThat(mailbox.next()).isNull();
    }

    private static List<String> mails(String mbox) throws IOException {
        Mailbox mailbox = new Mailbox(new ByteArrayInputStream(mbox.getBytes(StandardCharsets.US_ASCII)));
        List<String> mails = new ArrayList<>();
        for (InputStream mail = mailbox.next(); mail != null; mail = mailbox.next()) {
            mails.add(new String(mail.readAllBytes(), StandardCharsets.US_ASCII));
        }
        return mails;
    }
}
