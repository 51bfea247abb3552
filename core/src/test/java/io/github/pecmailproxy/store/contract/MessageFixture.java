package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.StoredContent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds messages to be stored: valid as they are, and different from each other when their keys are. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class MessageFixture {
    /** When every message is enqueued and due unless told otherwise: before {@link StoreUnderTest#NOW}. */
    public static final Instant ENQUEUED_AT = Instant.parse("2026-03-02T09:00:00.001Z");

    private final String id;
    private String tenant = MessageKey.DEFAULT_TENANT;
    private String account = "acc";
    private boolean pec = true;
    private @Nullable String messageId;
    private String envelopeFrom = "sender@pec.example";
    private String subject = "Subject";
    private Priority priority = Priority.MEDIUM;
    private @Nullable String batchCode;
    private @Nullable ReceiptFormat receiptFormat;
    private MessageState state = MessageState.QUEUED;
    private List<RecipientStatus> recipients =
            List.of(RecipientStatus.pending("recipient@pec.example", RecipientRole.TO));
    private Instant enqueuedAt = ENQUEUED_AT;
    private @Nullable Instant dueAt;
    private @Nullable Instant deadline;
    private @Nullable String lastError;
    private @Nullable StoredContent content;
    private @Nullable String fingerprint;
    private List<NewEvent> events = List.of(new NewEvent(EventType.QUEUED, ENQUEUED_AT, EventData.NONE));

    private MessageFixture(String id) {
        this.id = id;
    }

    /**
     * Starts a message of the default tenant's account {@code acc}.
     *
     * @param id the host's id
     * @return the fixture, never null
     */
    public static MessageFixture message(String id) {
        return new MessageFixture(id);
    }

    /**
     * Sets the tenant.
     *
     * @param value the tenant
     * @return this
     */
    public MessageFixture tenant(String value) {
        tenant = value;
        return this;
    }

    /**
     * Sets the account's id.
     *
     * @param value the id
     * @return this
     */
    public MessageFixture account(String value) {
        account = value;
        return this;
    }

    /**
     * Makes it a message of an ordinary account.
     *
     * @return this
     */
    public MessageFixture ordinary() {
        pec = false;
        return this;
    }

    /**
     * Sets the Message-ID.
     *
     * @param value the Message-ID, with angle brackets
     * @return this
     */
    public MessageFixture messageId(String value) {
        messageId = value;
        return this;
    }

    /**
     * Sets the reverse path.
     *
     * @param value the address
     * @return this
     */
    public MessageFixture envelopeFrom(String value) {
        envelopeFrom = value;
        return this;
    }

    /**
     * Sets the subject.
     *
     * @param value the subject
     * @return this
     */
    public MessageFixture subject(String value) {
        subject = value;
        return this;
    }

    /**
     * Sets the priority.
     *
     * @param value the priority
     * @return this
     */
    public MessageFixture priority(Priority value) {
        priority = value;
        return this;
    }

    /**
     * Sets the batch.
     *
     * @param value the batch code, null for none
     * @return this
     */
    public MessageFixture batch(@Nullable String value) {
        batchCode = value;
        return this;
    }

    /**
     * Sets the receipt format.
     *
     * @param value the format, null for the provider's default
     * @return this
     */
    public MessageFixture receiptFormat(@Nullable ReceiptFormat value) {
        receiptFormat = value;
        return this;
    }

    /**
     * Sets the first state.
     *
     * @param value the state
     * @return this
     */
    public MessageFixture state(MessageState value) {
        state = value;
        return this;
    }

    /**
     * Sets the recipients.
     *
     * @param value the recipients
     * @return this
     */
    public MessageFixture recipients(List<RecipientStatus> value) {
        recipients = List.copyOf(value);
        return this;
    }

    /**
     * Sets the recipients, all of them {@code To} and pending.
     *
     * @param addresses the addresses
     * @return this
     */
    public MessageFixture to(String... addresses) {
        return recipients(Arrays.stream(addresses)
                .map(address -> RecipientStatus.pending(address, RecipientRole.TO))
                .toList());
    }

    /**
     * Sets when it is enqueued and, unless {@link #dueAt} says otherwise, due.
     *
     * @param value the time
     * @return this
     */
    public MessageFixture enqueuedAt(Instant value) {
        enqueuedAt = value;
        return this;
    }

    /**
     * Sets when it may be leased.
     *
     * @param value the time
     * @return this
     */
    public MessageFixture dueAt(Instant value) {
        dueAt = value;
        return this;
    }

    /**
     * Sets when it must be looked at again.
     *
     * @param value the time, null for never
     * @return this
     */
    public MessageFixture deadline(@Nullable Instant value) {
        deadline = value;
        return this;
    }

    /**
     * Sets the last error.
     *
     * @param value the text, null for none
     * @return this
     */
    public MessageFixture lastError(@Nullable String value) {
        lastError = value;
        return this;
    }

    /**
     * Sets what will be sent.
     *
     * @param value the content
     * @return this
     */
    public MessageFixture content(StoredContent value) {
        content = value;
        return this;
    }

    /**
     * Sets the fingerprint.
     *
     * @param value 64 lower-case hex digits
     * @return this
     */
    public MessageFixture fingerprint(String value) {
        fingerprint = value;
        return this;
    }

    /**
     * Sets the first events.
     *
     * @param value the events in order
     * @return this
     */
    public MessageFixture events(NewEvent... value) {
        events = List.of(value);
        return this;
    }

    /**
     * Builds the message to be stored.
     *
     * @return the message with its content and its first events, never null
     */
    public NewMessage build() {
        MessageKey key = new MessageKey(tenant, id);
        StoredContent bytes =
                content != null ? content : BytesContent.of("X-Key: " + key + "\r\n\r\nText of " + key + "\r\n");
        String identity = Sha256.hex(key.toString());
        TrackedMessage message = new TrackedMessage(
                key,
                0,
                account,
                pec,
                messageId != null ? messageId : "<" + identity.substring(0, 24) + "@proxy.example>",
                envelopeFrom,
                subject,
                priority,
                batchCode,
                receiptFormat,
                state,
                recipients,
                0,
                enqueuedAt,
                dueAt != null ? dueAt : enqueuedAt,
                deadline,
                null,
                null,
                null,
                null,
                lastError,
                bytes.size(),
                bytes.sha256(),
                fingerprint != null ? fingerprint : identity,
                1);
        return new NewMessage(message, bytes, events);
    }
}
