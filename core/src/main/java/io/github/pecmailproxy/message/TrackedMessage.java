package io.github.pecmailproxy.message;

import io.github.pecmailproxy.pec.ReceiptFormat;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as the store knows it: what it is, and what became of it up to {@link #version()}. Immutable and thread-safe.
 *
 * @param key the tenant and the host's id
 * @param sequence its place in the order of enqueueing, given by the store; 0 before it is stored
 * @param account the id of the account it is sent with, one of its tenant
 * @param pec whether that account was a PEC account when the message was enqueued
 * @param messageId the {@code Message-ID} it is sent with, angle brackets included; fixed for ever
 * @param envelopeFrom the SMTP reverse path
 * @param subject the subject
 * @param priority the priority
 * @param batchCode the batch it belongs to, null for none
 * @param receiptFormat the delivery receipt asked for, null for the provider's default
 * @param state where it stands
 * @param recipients the recipients and where each stands, in the order of the headers
 * @param attempts how many transmissions were begun
 * @param enqueuedAt when it was enqueued
 * @param dueAt when it may be leased, while it waits; when the account's policy decides, while it is in doubt
 * @param deadline when it must be looked at again: the lease's end while {@link MessageState#SENDING}, else the next timeout; null for never
 * @param sentAt when a server took it over, null if none is known to have
 * @param doubtSince since when a server may have it though none is known to, because an attempt ended without an answer; null when
 *     no attempt did, or the doubt was resolved. Stays while it is sent again
 * @param acceptanceOverdueAt when the {@code pec_timeout} of stage acceptance was raised, null if it was not
 * @param providerMessageId the provider's identifier of the message (daticert {@code identificativo}), null while unknown
 * @param lastError why the last transmission did not succeed, null if none failed since
 * @param contentSize the size of the MIME message, in bytes
 * @param contentSha256 the SHA-256 of the MIME message, 64 lower-case hex digits
 * @param fingerprint the SHA-256 of what the host handed over, by which a repeated enqueue is recognised
 * @param version counts the changes, from 1; the fence of every change
 * @since 0.1.0
 */
public record TrackedMessage(
        MessageKey key,
        long sequence,
        String account,
        boolean pec,
        String messageId,
        String envelopeFrom,
        String subject,
        Priority priority,
        @Nullable String batchCode,
        @Nullable ReceiptFormat receiptFormat,
        MessageState state,
        List<RecipientStatus> recipients,
        int attempts,
        Instant enqueuedAt,
        Instant dueAt,
        @Nullable Instant deadline,
        @Nullable Instant sentAt,
        @Nullable Instant doubtSince,
        @Nullable Instant acceptanceOverdueAt,
        @Nullable String providerMessageId,
        @Nullable String lastError,
        long contentSize,
        String contentSha256,
        String fingerprint,
        long version) {

    /** Copies the recipients. */
    public TrackedMessage {
        recipients = List.copyOf(recipients);
    }

    /**
     * Finds a recipient by its address, without regard to case.
     *
     * @param address the address
     * @return the recipient, or empty when the message has no such recipient
     */
    public Optional<RecipientStatus> recipient(String address) {
        return recipients.stream()
                .filter(recipient -> recipient.address().equalsIgnoreCase(address.strip()))
                .findFirst();
    }

    /**
     * Tells whether nothing further is awaited: not sent and never to be, or every recipient has its outcome.
     *
     * @return true if the message is finished
     */
    public boolean isFinished() {
        return switch (state) {
            case QUEUED, SENDING, DEFERRED, IN_DOUBT -> false;
            case FAILED, CANCELLED, REJECTED -> true;
            case SENT, ACCEPTED ->
                recipients.stream().noneMatch(recipient -> recipient.state().isOpen());
        };
    }

    /**
     * Starts the next version of this message: the same but for what is set, with {@link #version()} one higher.
     *
     * @return a new builder, never null
     */
    public Builder next() {
        return new Builder(this, version + 1);
    }

    @Override
    public String toString() {
        return "TrackedMessage[" + key + " " + state + " version " + version + "]";
    }

    /**
     * Changes what may change of a message. Not thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final TrackedMessage base;
        private final long version;
        private MessageState state;
        private List<RecipientStatus> recipients;
        private int attempts;
        private Instant dueAt;
        private @Nullable Instant deadline;
        private @Nullable Instant sentAt;
        private @Nullable Instant doubtSince;
        private @Nullable Instant acceptanceOverdueAt;
        private @Nullable String providerMessageId;
        private @Nullable String lastError;

        private Builder(TrackedMessage base, long version) {
            this.base = base;
            this.version = version;
            state = base.state;
            recipients = base.recipients;
            attempts = base.attempts;
            dueAt = base.dueAt;
            deadline = base.deadline;
            sentAt = base.sentAt;
            doubtSince = base.doubtSince;
            acceptanceOverdueAt = base.acceptanceOverdueAt;
            providerMessageId = base.providerMessageId;
            lastError = base.lastError;
        }

        /**
         * Sets where it stands.
         *
         * @param value the new value
         * @return this
         */
        public Builder state(MessageState value) {
            state = value;
            return this;
        }

        /**
         * Sets the recipients and where each stands, in the order of the headers.
         *
         * @param value the new value
         * @return this
         */
        public Builder recipients(List<RecipientStatus> value) {
            recipients = value;
            return this;
        }

        /**
         * Sets how many transmissions were begun.
         *
         * @param value the new value
         * @return this
         */
        public Builder attempts(int value) {
            attempts = value;
            return this;
        }

        /**
         * Sets when it may be leased, while it waits.
         *
         * @param value the new value
         * @return this
         */
        public Builder dueAt(Instant value) {
            dueAt = value;
            return this;
        }

        /**
         * Sets when it must be looked at again: the lease's end while {@link MessageState#SENDING}, else the next timeout; null for never.
         *
         * @param value the new value, or null
         * @return this
         */
        public Builder deadline(@Nullable Instant value) {
            deadline = value;
            return this;
        }

        /**
         * Sets when a server took it over, null if none is known to have.
         *
         * @param value the new value, or null
         * @return this
         */
        public Builder sentAt(@Nullable Instant value) {
            sentAt = value;
            return this;
        }

        /**
         * Sets since when a server may have it though none is known to.
         *
         * @param value the new value, or null
         * @return this
         */
        public Builder doubtSince(@Nullable Instant value) {
            doubtSince = value;
            return this;
        }

        /**
         * Sets when the {@code pec_timeout} of stage acceptance was raised, null if it was not.
         *
         * @param value the new value, or null
         * @return this
         */
        public Builder acceptanceOverdueAt(@Nullable Instant value) {
            acceptanceOverdueAt = value;
            return this;
        }

        /**
         * Sets the provider's identifier of the message (daticert {@code identificativo}), null while unknown.
         *
         * @param value the new value, or null
         * @return this
         */
        public Builder providerMessageId(@Nullable String value) {
            providerMessageId = value;
            return this;
        }

        /**
         * Sets why the last transmission did not succeed, null if none failed since.
         *
         * @param value the new value, or null
         * @return this
         */
        public Builder lastError(@Nullable String value) {
            lastError = value;
            return this;
        }

        /**
         * Builds the next version.
         *
         * @return the message, never null
         */
        public TrackedMessage build() {
            return new TrackedMessage(
                    base.key,
                    base.sequence,
                    base.account,
                    base.pec,
                    base.messageId,
                    base.envelopeFrom,
                    base.subject,
                    base.priority,
                    base.batchCode,
                    base.receiptFormat,
                    state,
                    recipients,
                    attempts,
                    base.enqueuedAt,
                    dueAt,
                    deadline,
                    sentAt,
                    doubtSince,
                    acceptanceOverdueAt,
                    providerMessageId,
                    lastError,
                    base.contentSize,
                    base.contentSha256,
                    base.fingerprint,
                    version);
        }
    }
}
