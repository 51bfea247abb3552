package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A message ready to be stored and sent. Its content can be read until it is closed; closing it frees what the content takes, in memory
 * or on disk. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ComposedMessage implements AutoCloseable {
    private final String messageId;
    private final String envelopeFrom;
    private final List<RecipientStatus> recipients;
    private final String subject;
    private final String fingerprint;
    private final MessageSpool.Spooled content;

    ComposedMessage(
            String messageId, Envelope envelope, String subject, String fingerprint, MessageSpool.Spooled content) {
        this.messageId = messageId;
        this.envelopeFrom = envelope.from();
        this.recipients = envelope.recipients();
        this.subject = subject;
        this.fingerprint = fingerprint;
        this.content = content;
    }

    /**
     * Returns the Message-ID that the content carries.
     *
     * @return the id with angle brackets, never null
     */
    public String messageId() {
        return messageId;
    }

    /**
     * Returns the MIME message: CRLF line ends, no line longer than 998 octets, a line end at its end.
     *
     * @return the bytes to store and to send, never null
     */
    public StoredContent content() {
        return content;
    }

    /**
     * Returns the SMTP reverse path.
     *
     * @return an address, never null
     */
    public String envelopeFrom() {
        return envelopeFrom;
    }

    /**
     * Returns the recipients: each mailbox once, in the order of the headers.
     *
     * @return the forward paths with their roles, nothing known of any yet, at least one
     */
    public List<RecipientStatus> recipients() {
        return recipients;
    }

    /**
     * Returns the subject.
     *
     * @return the subject as a reader sees it, possibly empty
     */
    public String subject() {
        return subject;
    }

    /**
     * Returns the hash of what the host handed over, equal for every repetition of it.
     *
     * @return 64 lower-case hex digits
     */
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("the spool file cannot be closed", failed);
        }
    }

    @Override
    public String toString() {
        return "ComposedMessage[" + messageId + ", " + content + "]";
    }
}
