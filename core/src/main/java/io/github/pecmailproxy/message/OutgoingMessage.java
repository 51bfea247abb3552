package io.github.pecmailproxy.message;

import io.github.pecmailproxy.pec.ReceiptFormat;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message as the host hands it over. Immutable; thread-safe as far as its attachments' sources are.
 *
 * <p>Either a text, an HTML text or both, with attachments; or a MIME message that the host built ({@link Builder#mime}).
 * What only the account can tell, such as the rules of certified mail, is checked when the message is enqueued.
 *
 * @since 0.1.0
 */
public final class OutgoingMessage {
    /** The greatest length of a batch code, in characters. */
    public static final int LONGEST_BATCH_CODE = 100;

    private static final int LONGEST_ACCOUNT = 64;
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");
    private static final Pattern HEADER_NAME = Pattern.compile("[!-9;-~]{1,76}");

    private final MessageKey key;
    private final String account;
    private final MailAddress from;
    private final List<MailAddress> to;
    private final List<MailAddress> cc;
    private final List<MailAddress> bcc;
    private final List<MailAddress> replyTo;
    private final @Nullable MailAddress returnPath;
    private final String subject;
    private final @Nullable String text;
    private final @Nullable String html;
    private final List<Attachment> attachments;
    private final Map<String, String> headers;
    private final @Nullable ContentSource mime;
    private final @Nullable Priority priority;
    private final @Nullable Instant deferredUntil;
    private final @Nullable String batchCode;
    private final @Nullable ReceiptFormat receiptFormat;

    private OutgoingMessage(Builder builder) {
        key = new MessageKey(builder.tenant, FieldCheck.required("id", builder.id));
        account = FieldCheck.identifier("account", builder.account, LONGEST_ACCOUNT);
        from = FieldCheck.required("from", builder.from);
        to = List.copyOf(builder.to);
        cc = List.copyOf(builder.cc);
        bcc = List.copyOf(builder.bcc);
        replyTo = List.copyOf(builder.replyTo);
        returnPath = builder.returnPath;
        subject = builder.subject;
        text = builder.text;
        html = builder.html;
        attachments = List.copyOf(builder.attachments);
        headers = new LinkedHashMap<>(builder.headers);
        mime = builder.mime;
        priority = builder.priority;
        deferredUntil = builder.deferredUntil;
        batchCode = builder.batchCode;
        receiptFormat = builder.receiptFormat;
        if (to.isEmpty() && cc.isEmpty() && bcc.isEmpty()) {
            throw new InvalidValueException("to", "names no recipient");
        }
        if (mime != null && (text != null || html != null || !attachments.isEmpty() || !headers.isEmpty())) {
            throw new InvalidValueException(
                    "mime", "cannot be combined with text, html, attachments or headers: it is sent as it is");
        }
    }

    /**
     * Starts a message.
     *
     * @return a new builder, never null
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns who the message is.
     *
     * @return the tenant and the host's id, never null
     */
    public MessageKey key() {
        return key;
    }

    /**
     * Returns the id of the account to send with, one of the message's tenant.
     *
     * @return the account id, never null
     */
    public String account() {
        return account;
    }

    /**
     * Returns the author.
     *
     * @return the {@code From} address, never null
     */
    public MailAddress from() {
        return from;
    }

    /**
     * Returns the primary recipients.
     *
     * @return the {@code To} addresses in order, possibly empty
     */
    public List<MailAddress> to() {
        return to;
    }

    /**
     * Returns the recipients of a copy.
     *
     * @return the {@code Cc} addresses in order, possibly empty
     */
    public List<MailAddress> cc() {
        return cc;
    }

    /**
     * Returns the recipients that no other recipient sees. Not possible with PEC.
     *
     * @return the addresses in order, possibly empty
     */
    public List<MailAddress> bcc() {
        return bcc;
    }

    /**
     * Returns where answers should go.
     *
     * @return the {@code Reply-To} addresses in order, possibly empty
     */
    public List<MailAddress> replyTo() {
        return replyTo;
    }

    /**
     * Returns where bounces should go (RFC 5321 {@code MAIL FROM}).
     *
     * @return the reverse path, or empty for the {@code From} address
     */
    public Optional<MailAddress> returnPath() {
        return Optional.ofNullable(returnPath);
    }

    /**
     * Returns the subject.
     *
     * @return the subject, any Unicode, possibly empty, never null
     */
    public String subject() {
        return subject;
    }

    /**
     * Returns the plain text.
     *
     * @return the text, or empty when there is none
     */
    public Optional<String> text() {
        return Optional.ofNullable(text);
    }

    /**
     * Returns the HTML text.
     *
     * @return the HTML, or empty when there is none
     */
    public Optional<String> html() {
        return Optional.ofNullable(html);
    }

    /**
     * Returns the attachments and inline parts.
     *
     * @return the attachments in order, possibly empty
     */
    public List<Attachment> attachments() {
        return attachments;
    }

    /**
     * Returns the additional headers.
     *
     * @return names and values in order, possibly empty, unmodifiable
     */
    public Map<String, String> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /**
     * Returns the MIME message that the host built.
     *
     * @return its source, or empty when the message is to be composed
     */
    public Optional<ContentSource> mime() {
        return Optional.ofNullable(mime);
    }

    /**
     * Returns the priority asked for.
     *
     * @return the priority, or empty for the queue's default
     */
    public Optional<Priority> priority() {
        return Optional.ofNullable(priority);
    }

    /**
     * Returns the time before which the message must not be sent.
     *
     * @return the time, or empty for at once
     */
    public Optional<Instant> deferredUntil() {
        return Optional.ofNullable(deferredUntil);
    }

    /**
     * Returns the batch the message belongs to.
     *
     * @return the batch code, or empty when it belongs to none
     */
    public Optional<String> batchCode() {
        return Optional.ofNullable(batchCode);
    }

    /**
     * Returns which delivery receipt is asked for ({@code X-TipoRicevuta}, facts 1.4).
     *
     * @return the format, or empty for the provider's default, which is complete
     */
    public Optional<ReceiptFormat> receiptFormat() {
        return Optional.ofNullable(receiptFormat);
    }

    @Override
    public String toString() {
        return "OutgoingMessage[" + key + " by " + account + "]";
    }

    /**
     * Builds a message. Every method checks its value at once and throws {@link InvalidValueException} naming the field. Not
     * thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private String tenant = MessageKey.DEFAULT_TENANT;
        private @Nullable String id;
        private @Nullable String account;
        private @Nullable MailAddress from;
        private final List<MailAddress> to = new ArrayList<>();
        private final List<MailAddress> cc = new ArrayList<>();
        private final List<MailAddress> bcc = new ArrayList<>();
        private final List<MailAddress> replyTo = new ArrayList<>();
        private @Nullable MailAddress returnPath;
        private String subject = "";
        private @Nullable String text;
        private @Nullable String html;
        private final List<Attachment> attachments = new ArrayList<>();
        private final Map<String, String> headers = new LinkedHashMap<>();
        private @Nullable ContentSource mime;
        private @Nullable Priority priority;
        private @Nullable Instant deferredUntil;
        private @Nullable String batchCode;
        private @Nullable ReceiptFormat receiptFormat;

        private Builder() {}

        /**
         * Sets the host's id. Required.
         *
         * @param value the id, see {@link MessageKey}
         * @return this
         */
        public Builder id(String value) {
            id = FieldCheck.identifier("id", value, MessageKey.LONGEST_ID);
            return this;
        }

        /**
         * Sets the tenant; {@value MessageKey#DEFAULT_TENANT} if left out.
         *
         * @param value the tenant, see {@link MessageKey}
         * @return this
         */
        public Builder tenant(String value) {
            tenant = FieldCheck.identifier("tenant", value, MessageKey.LONGEST_TENANT);
            return this;
        }

        /**
         * Sets the account to send with. Required.
         *
         * @param value the id of an account of the same tenant
         * @return this
         */
        public Builder account(String value) {
            account = FieldCheck.identifier("account", value, LONGEST_ACCOUNT);
            return this;
        }

        /**
         * Sets the author. Required.
         *
         * @param address {@code local@domain} or {@code Name <local@domain>}; for PEC the account's own mailbox
         * @return this
         */
        public Builder from(String address) {
            from = MailAddress.of("from", address);
            return this;
        }

        /**
         * Adds primary recipients.
         *
         * @param addresses {@code local@domain} or {@code Name <local@domain>}
         * @return this
         */
        public Builder to(String... addresses) {
            return add("to", to, Arrays.asList(addresses));
        }

        /**
         * Adds recipients of a copy.
         *
         * @param addresses {@code local@domain} or {@code Name <local@domain>}
         * @return this
         */
        public Builder cc(String... addresses) {
            return add("cc", cc, Arrays.asList(addresses));
        }

        /**
         * Adds recipients that no other recipient sees; refused for PEC accounts.
         *
         * @param addresses {@code local@domain} or {@code Name <local@domain>}
         * @return this
         */
        public Builder bcc(String... addresses) {
            return add("bcc", bcc, Arrays.asList(addresses));
        }

        /**
         * Adds addresses for answers.
         *
         * @param addresses {@code local@domain} or {@code Name <local@domain>}
         * @return this
         */
        public Builder replyTo(String... addresses) {
            return add("reply_to", replyTo, Arrays.asList(addresses));
        }

        /**
         * Sets where bounces go; the account's pattern of return paths, else the {@code From} address, if left out.
         *
         * @param address the reverse path
         * @return this
         */
        public Builder returnPath(String address) {
            returnPath = MailAddress.of("return_path", address);
            return this;
        }

        /**
         * Sets the subject; empty if left out.
         *
         * @param value one line, any Unicode
         * @return this
         */
        public Builder subject(String value) {
            subject = FieldCheck.singleLine("subject", value);
            return this;
        }

        /**
         * Sets the plain text.
         *
         * @param value the text, any Unicode, any line ends
         * @return this
         */
        public Builder text(String value) {
            text = FieldCheck.required("text", value);
            return this;
        }

        /**
         * Sets the HTML text; together with {@link #text} the two become alternatives.
         *
         * @param value the HTML document
         * @return this
         */
        public Builder html(String value) {
            html = FieldCheck.required("html", value);
            return this;
        }

        /**
         * Adds attachments.
         *
         * @param values the attachments, in the order in which the recipient sees them
         * @return this
         */
        public Builder attach(Attachment... values) {
            for (Attachment value : values) {
                attachments.add(FieldCheck.required("attachments[" + attachments.size() + "]", value));
            }
            return this;
        }

        /**
         * Adds a header. Headers that the message sets itself are refused when it is enqueued.
         *
         * @param name the header's name (RFC 5322 section 2.2)
         * @param value one line, any Unicode
         * @return this
         */
        public Builder header(String name, String value) {
            if (!HEADER_NAME.matcher(FieldCheck.required("headers", name)).matches()) {
                throw new InvalidValueException("headers", "has an invalid name: " + InvalidValueException.quote(name));
            }
            boolean repeated = headers.keySet().stream().anyMatch(name::equalsIgnoreCase);
            if (repeated) {
                throw new InvalidValueException("headers." + name.toLowerCase(Locale.ROOT), "is given twice");
            }
            headers.put(name, FieldCheck.singleLine("headers." + name, value));
            return this;
        }

        /**
         * Sets a complete MIME message, sent as it is but for the headers that are the proxy's to set: {@code Message-ID},
         * {@code Bcc}, the tracking header, and {@code Date} where there is none. Recipients are those given here; with certified
         * mail the message must name the same, and nobody in {@code Bcc}.
         *
         * @param source opens the message, read once when it is enqueued
         * @return this
         */
        public Builder mime(ContentSource source) {
            mime = FieldCheck.required("mime", source);
            return this;
        }

        /**
         * Sets a complete MIME message that was built with Jakarta Mail, like {@link #mime(ContentSource)}. It is written at once,
         * into memory: what becomes of the object afterwards changes nothing, and a large message is better given as a source.
         *
         * @param message the message; {@link MimeMessage#saveChanges()} is called if it was not before
         * @return this
         * @throws InvalidValueException if the message cannot be written, naming {@code mime}
         */
        public Builder mime(MimeMessage message) {
            byte[] written = JakartaMime.write(FieldCheck.required("mime", message));
            return mime(() -> new ByteArrayInputStream(written));
        }

        /**
         * Sets the priority; the queue's default if left out.
         *
         * @param value the priority
         * @return this
         */
        public Builder priority(Priority value) {
            priority = FieldCheck.required("priority", value);
            return this;
        }

        /**
         * Holds the message back.
         *
         * @param time the time before which it must not be sent, in the years 1970 to 9999; one that has passed holds nothing back
         * @return this
         */
        public Builder deferUntil(Instant time) {
            if (FieldCheck.required("deferred_ts", time).isBefore(Instant.EPOCH) || !time.isBefore(YEAR_10000)) {
                throw new InvalidValueException("deferred_ts", "is not in the years 1970 to 9999");
            }
            deferredUntil = time;
            return this;
        }

        /**
         * Puts the message into a batch that can be suspended and activated as a whole.
         *
         * @param value 1 to {@value OutgoingMessage#LONGEST_BATCH_CODE} characters, compared exactly
         * @return this
         */
        public Builder batchCode(String value) {
            batchCode = FieldCheck.identifier("batch_code", value, LONGEST_BATCH_CODE);
            return this;
        }

        /**
         * Asks for a format of delivery receipt.
         *
         * @param value the format; {@link ReceiptFormat#BREVE} spares the mailbox a copy of every attachment per recipient
         * @return this
         */
        public Builder receiptFormat(ReceiptFormat value) {
            receiptFormat = FieldCheck.required("receipt_format", value);
            return this;
        }

        /**
         * Builds the message.
         *
         * @return the message, never null
         * @throws InvalidValueException naming the field that is missing or contradicts another
         */
        public OutgoingMessage build() {
            return new OutgoingMessage(this);
        }

        private Builder add(String field, List<MailAddress> list, Collection<String> addresses) {
            List<MailAddress> parsed = new ArrayList<>();
            for (String address : addresses) {
                parsed.add(MailAddress.of(field + "[" + (list.size() + parsed.size()) + "]", address));
            }
            list.addAll(parsed);
            return this;
        }
    }
}
