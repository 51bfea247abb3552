package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One message that the sandbox took over SMTP: it answered 250 to the final dot, or meant to before the connection was
 * dropped by order. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class AcceptedMessage {
    private final long number;
    private final Instant acceptedAt;
    private final String user;
    private final CertifiedMessage message;
    private final byte[] raw;
    private final Optional<String> refusal;

    AcceptedMessage(
            long number,
            Instant acceptedAt,
            String user,
            CertifiedMessage message,
            byte[] raw,
            Optional<String> refusal) {
        this.number = number;
        this.acceptedAt = acceptedAt;
        this.user = user;
        this.message = message;
        this.raw = raw;
        this.refusal = refusal;
    }

    /**
     * Returns which message of the sandbox this is.
     *
     * @return the number, from 1 in the order of acceptance
     */
    public long number() {
        return number;
    }

    /**
     * Returns when the sandbox took it, by the sandbox's clock.
     *
     * @return the instant, never null
     */
    public Instant acceptedAt() {
        return acceptedAt;
    }

    /**
     * Returns the account that sent it.
     *
     * @return the address used to authenticate, never null
     */
    public String user() {
        return user;
    }

    /**
     * Returns the reverse path.
     *
     * @return the address of {@code MAIL FROM}, never null
     */
    public String sender() {
        return message.sender();
    }

    /**
     * Returns the forward paths with the kind of mailbox each one is.
     *
     * @return the recipients in the order of {@code RCPT TO}, never null, unmodifiable
     */
    public List<MessageRecipient> recipients() {
        return message.recipients();
    }

    /**
     * Returns the Message-ID the client sent.
     *
     * @return the header's value as written, with its angle brackets, or empty when there was none
     */
    public Optional<String> messageId() {
        return Optional.ofNullable(message.messageId());
    }

    /**
     * Returns the identifier the provider gave the message, daticert's {@code identificativo}.
     *
     * @return the identifier without angle brackets, never null
     */
    public String identifier() {
        return message.identifier();
    }

    /**
     * Returns why the provider answers with {@code non-accettazione}.
     *
     * @return the reason, or empty when the message was accepted into the system
     */
    public Optional<String> refusal() {
        return refusal;
    }

    /**
     * Returns the message byte for byte as the client sent it, dots unstuffed.
     *
     * @return a copy, never null
     */
    public byte[] raw() {
        return raw.clone();
    }

    /**
     * Returns the message as text, one character a byte (ISO-8859-1).
     *
     * @return the text, never null
     */
    public String text() {
        return new String(raw, StandardCharsets.ISO_8859_1);
    }

    CertifiedMessage message() {
        return message;
    }

    /** Names the number, the Message-ID and the recipients, for assertion messages. */
    @Override
    public String toString() {
        return "AcceptedMessage[number=" + number + ", messageId=" + messageId().orElse("none") + ", recipients="
                + recipients() + "]";
    }
}
