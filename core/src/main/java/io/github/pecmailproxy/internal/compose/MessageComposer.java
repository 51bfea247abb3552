package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.ContentSource;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MailAddress;
import io.github.pecmailproxy.message.OutgoingMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the bytes that are sent from a message as the host hands it over, and checks it against what can be sent. Thread-safe as far as
 * the source of randomness is.
 *
 * @since 0.1.0
 */
public final class MessageComposer {
    /** RFC 5322 section 3.3; in UTC, so that the bytes do not depend on the machine. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.US).withZone(ZoneOffset.UTC);

    private final ProxyMessageIds ids;
    private final ComposerSettings settings;
    private final InstantSource clock;

    /**
     * Creates a composer for the messages of one store.
     *
     * @param storeId the {@linkplain io.github.pecmailproxy.store.EventStore#id() store's identity}
     * @param settings what can be told
     * @param clock where the {@code Date} comes from
     */
    public MessageComposer(String storeId, ComposerSettings settings, InstantSource clock) {
        this(storeId, settings, clock, new SecureRandom());
    }

    /**
     * Creates a composer with its own source of randomness, for tests.
     *
     * @param storeId the {@linkplain io.github.pecmailproxy.store.EventStore#id() store's identity}
     * @param settings what can be told
     * @param clock where the {@code Date} comes from
     * @param random what makes Message-IDs unique
     */
    public MessageComposer(String storeId, ComposerSettings settings, InstantSource clock, RandomGenerator random) {
        this.ids = new ProxyMessageIds(storeId, random);
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Returns the Message-IDs of the store.
     *
     * @return what made the ids, for recognising them; never null
     */
    public ProxyMessageIds messageIds() {
        return ids;
    }

    /**
     * Composes a message. Attachments and host-built MIME are read once. Where it throws, nothing stays behind.
     *
     * @param message the message
     * @param account the account it is sent with
     * @return the bytes and all that belongs to them; the caller closes it
     * @throws InvalidValueException if the message cannot be sent with this account, naming the field
     * @throws UncheckedIOException if the spool directory cannot be written to
     */
    public ComposedMessage compose(OutgoingMessage message, MailAccount account) {
        checkText(message);
        String messageId = ids.create(Envelope.idDomain(message, account));
        Envelope envelope = Envelope.of(message, account, messageId);
        // The provider multiplies (RFC 6109 section 3.1.1); an ordinary server takes each copy by itself.
        int copies = account.pec() ? envelope.recipients().size() : 1;
        MessageSpool spool =
                new MessageSpool(settings.spoolDirectory(), settings.memoryLimit(), account.maxTotalSize() / copies);
        try (spool) {
            return message.mime().isPresent()
                    ? rewrite(message, message.mime().get(), account, envelope, messageId, spool)
                    : write(message, envelope, messageId, spool);
        } catch (MessageSpool.SizeLimitException tooLarge) {
            throw new InvalidValueException(
                    "size",
                    "is too large: with " + copies + (copies == 1 ? " recipient" : " recipients")
                            + " the account allows " + account.maxTotalSize() / copies + " bytes");
        } catch (IOException failed) {
            throw new UncheckedIOException("the message cannot be spooled: " + failed.getMessage(), failed);
        }
    }

    private ComposedMessage write(OutgoingMessage message, Envelope envelope, String messageId, MessageSpool spool)
            throws IOException {
        HeaderWriter headers = new HeaderWriter(spool);
        headers.structured("Message-ID", messageId);
        headers.structured("Date", DATE.format(clock.instant()));
        headers.addresses("From", List.of(message.from()));
        if (!envelope.to().isEmpty()) {
            headers.addresses("To", envelope.to());
        }
        if (!envelope.cc().isEmpty()) {
            headers.addresses("Cc", envelope.cc());
        }
        if (!message.replyTo().isEmpty()) {
            headers.addresses("Reply-To", message.replyTo());
        }
        headers.unstructured("Subject", message.subject());
        if (message.receiptFormat().isPresent()) {
            headers.structured("X-TipoRicevuta", message.receiptFormat().get().wireName());
        }
        headers.unstructured(settings.trackingHeader(), message.key().id());
        for (Map.Entry<String, String> header : message.headers().entrySet()) {
            headers.unstructured(header.getKey(), header.getValue());
        }
        headers.structured("MIME-Version", "1.0");
        MimeWriter body = new MimeWriter(spool, headers, stem(messageId));
        body.write(message.text().orElse(null), message.html().orElse(null), message.attachments());
        Fingerprint fingerprint = fingerprint(message);
        fingerprint.count("attachments", message.attachments().size());
        for (int i = 0; i < message.attachments().size(); i++) {
            Attachment attachment = message.attachments().get(i);
            fingerprint
                    .add("name", attachment.fileName())
                    .add("type", attachment.contentType())
                    .add("id", attachment.contentId())
                    .add("content", body.attachmentHashes().get(i));
        }
        return new ComposedMessage(messageId, envelope, message.subject(), fingerprint.hex(), spool.finish());
    }

    private ComposedMessage rewrite(
            OutgoingMessage message,
            ContentSource source,
            MailAccount account,
            Envelope envelope,
            String messageId,
            MessageSpool spool)
            throws IOException {
        if (!message.replyTo().isEmpty()) {
            throw new InvalidValueException("reply_to", "cannot be combined with mime: it is sent as it is");
        }
        HostMime mime = new HostMime(message, account, settings.trackingHeader());
        HeaderWriter headers = new HeaderWriter(spool);
        try (HostStream in = HostStream.open("mime", source)) {
            MimeLines lines = new MimeLines(in);
            mime.readHeader(lines);
            headers.structured("Message-ID", messageId);
            if (!mime.hasDate()) {
                headers.structured("Date", DATE.format(clock.instant()));
            }
            if (mime.asksForReceiptFormat()) {
                headers.structured(
                        "X-TipoRicevuta", message.receiptFormat().orElseThrow().wireName());
            }
            headers.unstructured(settings.trackingHeader(), message.key().id());
            mime.writeHeader(spool);
            headers.endHeader();
            lines.copyTo(spool);
            String fingerprint = fingerprint(message).add("mime", lines.hash()).hex();
            return new ComposedMessage(
                    messageId, envelope, mime.subject().orElse(message.subject()), fingerprint, spool.finish());
        }
    }

    /** All that the host supplied but attachments and MIME, whose hashes are known only once they were read. */
    private static Fingerprint fingerprint(OutgoingMessage message) {
        Fingerprint fingerprint = new Fingerprint()
                .add("tenant", message.key().tenant())
                .add("id", message.key().id())
                .add("account", message.account());
        add(fingerprint, "from", List.of(message.from()));
        add(fingerprint, "to", message.to());
        add(fingerprint, "cc", message.cc());
        add(fingerprint, "bcc", message.bcc());
        add(fingerprint, "reply_to", message.replyTo());
        fingerprint
                .add(
                        "return_path",
                        message.returnPath().map(MailAddress::address).orElse(null))
                .add("subject", message.subject())
                .add("text", message.text().orElse(null))
                .add("html", message.html().orElse(null))
                .add("priority", message.priority().orElse(null))
                .add(
                        "deferred",
                        message.deferredUntil().map(time -> time.toEpochMilli()).orElse(null))
                .add("batch_code", message.batchCode().orElse(null))
                .add("receipt_format", message.receiptFormat().orElse(null));
        fingerprint.count("headers", message.headers().size());
        message.headers().forEach(fingerprint::add);
        return fingerprint;
    }

    private static void add(Fingerprint fingerprint, String field, List<MailAddress> addresses) {
        fingerprint.count(field, addresses.size());
        for (MailAddress address : addresses) {
            fingerprint.add("address", address.address()).add("name", address.name());
        }
    }

    private void checkText(OutgoingMessage message) {
        refuse("id", message.key().id());
        refuse("subject", message.subject());
        refuseName("from", message.from());
        refuseNames("to", message.to());
        refuseNames("cc", message.cc());
        refuseNames("reply_to", message.replyTo());
        message.headers().forEach(this::checkHeader);
        message.text().ifPresent(text -> refuseHalves("text", text));
        message.html().ifPresent(html -> refuseHalves("html", html));
        for (int i = 0; i < message.attachments().size(); i++) {
            MimeWriter.check(i, message.attachments().get(i), message.html().isPresent());
        }
    }

    private void checkHeader(String name, String value) {
        String field = "headers." + name;
        if (ReservedHeaders.isStandard(name) || name.equalsIgnoreCase(settings.trackingHeader())) {
            throw new InvalidValueException(field, "is set by the message itself or by servers, and by nobody else");
        }
        refuse(field, value);
    }

    private static void refuseNames(String field, List<MailAddress> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            refuseName(field + "[" + i + "]", addresses.get(i));
        }
    }

    private static void refuseName(String field, MailAddress address) {
        if (address.name() != null) {
            refuse(field, address.name());
        }
    }

    private static void refuse(String field, String value) {
        @Nullable String problem = HeaderWriter.problemOf(value);
        if (problem != null) {
            throw new InvalidValueException(field, problem);
        }
    }

    /** Refuses what UTF-8 cannot express; a replacement character would silently change the text. */
    private static void refuseHalves(String field, String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (Character.isHighSurrogate(character)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(character)) {
                throw new InvalidValueException(
                        field, "contains half a character (an unpaired surrogate) at position " + i);
            }
        }
    }

    /** The part of a Message-ID that no other has, for the boundaries. */
    private static String stem(String messageId) {
        return messageId.substring(messageId.indexOf('.') + 1, messageId.lastIndexOf('.', messageId.indexOf('@')));
    }
}
