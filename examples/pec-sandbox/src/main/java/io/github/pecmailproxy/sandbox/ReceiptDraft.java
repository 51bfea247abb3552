package io.github.pecmailproxy.sandbox;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A receipt written to order: genuine, foreign, forged or damaged. Not thread-safe.
 *
 * <p>Without {@link #about} it speaks of a message nobody here has sent: a foreign receipt. The bytes go into a mailbox with
 * {@link PecSandbox#append(String, byte[])}.
 *
 * <pre>{@code
 * byte[] forged = sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
 *         .about(sandbox.accepted().get(0))
 *         .signature(DraftSignature.STRANGER)
 *         .toBytes();
 * sandbox.append("acme@pec.example", forged);
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ReceiptDraft {
    private record HeaderEdit(String name, @Nullable String value, boolean keepsOthers) {}

    private final ReceiptType type;
    private final MailComposer composer;
    private final SandboxTrust trust;
    private final List<HeaderEdit> headerEdits = new ArrayList<>();
    private Provider provider;
    private ZonedDateTime time;
    private @Nullable CertifiedMessage message;
    private @Nullable String messageId;
    private @Nullable String identifier;
    private @Nullable String sender;
    private @Nullable List<MessageRecipient> recipients;
    private @Nullable String recipient;
    private @Nullable String subject;
    private @Nullable ReceiptVariant variant;
    private @Nullable String extendedError;
    private DaticertError error = DaticertError.NESSUNO;
    private boolean finalNotice;
    private boolean withDaticert = true;
    private boolean withOriginal = true;
    private UnaryOperator<String> daticert = UnaryOperator.identity();
    private UnaryOperator<String> daticertAfterSigning = UnaryOperator.identity();
    private DraftSignature signature = DraftSignature.PROVIDER;

    ReceiptDraft(ReceiptType type, Provider provider, MailComposer composer, SandboxTrust trust, ZonedDateTime time) {
        this.type = type;
        this.provider = provider;
        this.composer = composer;
        this.trust = trust;
        this.time = time;
    }

    /**
     * Makes the receipt speak of a message the sandbox took; what is set besides overrides the message's own.
     *
     * @param accepted the message
     * @return this draft
     */
    public ReceiptDraft about(AcceptedMessage accepted) {
        message = accepted.message();
        return this;
    }

    /**
     * Chooses the provider that writes it, with its shape and digest. One the sandbox does not know gets a certificate all
     * the same; when name constraints are on, that certificate violates them.
     *
     * @param issuer the provider
     * @return this draft
     */
    public ReceiptDraft provider(Provider issuer) {
        provider = Objects.requireNonNull(issuer, "issuer");
        return this;
    }

    /**
     * Sets when the event happened, for {@code Date}, daticert and the signature.
     *
     * @param instant the time, used to the second
     * @return this draft
     */
    public ReceiptDraft time(Instant instant) {
        time = instant.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).atZone(PostOffice.LEGAL_TIME);
        return this;
    }

    /**
     * Sets the client's Message-ID the receipt refers to.
     *
     * @param value the Message-ID with its angle brackets
     * @return this draft
     */
    public ReceiptDraft messageId(String value) {
        messageId = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * Sets the provider's identifier of the message.
     *
     * @param value the identifier without angle brackets
     * @return this draft
     */
    public ReceiptDraft identifier(String value) {
        identifier = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * Sets the message's sender, who is also the receipt's recipient.
     *
     * @param address the address
     * @return this draft
     */
    public ReceiptDraft sender(String address) {
        sender = Objects.requireNonNull(address, "address");
        return this;
    }

    /**
     * Sets the message's recipients.
     *
     * @param list all of them
     * @return this draft
     */
    public ReceiptDraft recipients(List<MessageRecipient> list) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException("recipients must not be empty: daticert demands at least one");
        }
        recipients = List.copyOf(list);
        return this;
    }

    /**
     * Sets the one recipient the receipt speaks of, {@code consegna}; else it is the first, where the kind of receipt has
     * one.
     *
     * @param address the address
     * @return this draft
     */
    public ReceiptDraft recipient(String address) {
        recipient = Objects.requireNonNull(address, "address");
        return this;
    }

    /**
     * Sets the message's subject.
     *
     * @param text the subject
     * @return this draft
     */
    public ReceiptDraft subject(String text) {
        subject = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Sets the kind of delivery receipt that daticert says was asked for, and with it what is attached.
     *
     * @param asked the variant
     * @return this draft
     */
    public ReceiptDraft variant(ReceiptVariant asked) {
        variant = Objects.requireNonNull(asked, "asked");
        return this;
    }

    /**
     * Sets the error.
     *
     * @param kind daticert's {@code errore}
     * @param text {@code errore-esteso}, such as {@code 5.2.2 - Gestore S.p.A. - casella piena}
     * @return this draft
     */
    public ReceiptDraft error(DaticertError kind, String text) {
        error = Objects.requireNonNull(kind, "kind");
        extendedError = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Makes a notice of delay read as the final one; what a program goes by is the code given to {@link #error}.
     *
     * @return this draft
     */
    public ReceiptDraft finalNotice() {
        finalNotice = true;
        return this;
    }

    /**
     * Leaves daticert.xml out.
     *
     * @return this draft
     */
    public ReceiptDraft withoutDaticert() {
        withDaticert = false;
        return this;
    }

    /**
     * Leaves postacert.eml out even where it is due, as genuine receipts do at times (facts 0.10).
     *
     * @return this draft
     */
    public ReceiptDraft withoutOriginal() {
        withOriginal = false;
        return this;
    }

    /**
     * Rewrites daticert.xml before it is signed, so that the signed facts are whatever the test wants.
     *
     * @param edit from the right XML to the wanted one
     * @return this draft
     */
    public ReceiptDraft daticert(UnaryOperator<String> edit) {
        daticert = Objects.requireNonNull(edit, "edit");
        return this;
    }

    /**
     * Rewrites daticert.xml after signing: the signature no longer fits.
     *
     * @param edit from the signed XML to the wanted one
     * @return this draft
     */
    public ReceiptDraft daticertAfterSigning(UnaryOperator<String> edit) {
        daticertAfterSigning = Objects.requireNonNull(edit, "edit");
        return this;
    }

    /**
     * Sets a top-level header, which no signature covers (facts 0.6), in place of those of that name.
     *
     * @param name the name
     * @param value the value
     * @return this draft
     */
    public ReceiptDraft header(String name, String value) {
        headerEdits.add(new HeaderEdit(name, Objects.requireNonNull(value, "value"), false));
        return this;
    }

    /**
     * Adds a top-level header beside those of the same name.
     *
     * @param name the name
     * @param value the value
     * @return this draft
     */
    public ReceiptDraft addHeader(String name, String value) {
        headerEdits.add(new HeaderEdit(name, Objects.requireNonNull(value, "value"), true));
        return this;
    }

    /**
     * Removes a top-level header.
     *
     * @param name the name
     * @return this draft
     */
    public ReceiptDraft withoutHeader(String name) {
        headerEdits.add(new HeaderEdit(name, null, false));
        return this;
    }

    /**
     * Chooses whose signature it carries.
     *
     * @param whose the signature, {@link DraftSignature#PROVIDER} by default
     * @return this draft
     */
    public ReceiptDraft signature(DraftSignature whose) {
        signature = Objects.requireNonNull(whose, "whose");
        return this;
    }

    /**
     * Writes the receipt.
     *
     * @return the whole mail with CRLF line ends, never null
     */
    public byte[] toBytes() {
        CertifiedMessage about = subjectMatter();
        String named = recipient == null ? about.recipients().get(0).address() : recipient;
        List<String> taken = type == ReceiptType.PRESA_IN_CARICO
                ? about.recipients().stream().map(MessageRecipient::address).toList()
                : List.of();
        boolean forOne = switch (type) {
            case ACCETTAZIONE, NON_ACCETTAZIONE, PRESA_IN_CARICO -> false;
            case AVVENUTA_CONSEGNA, ERRORE_CONSEGNA, PREAVVISO_ERRORE_CONSEGNA, RILEVAZIONE_VIRUS -> true;
        };
        ReceiptSpec spec = new ReceiptSpec(
                type,
                about,
                provider,
                about.sender(),
                error,
                forOne ? named : null,
                taken,
                extendedError,
                finalNotice,
                time);
        SystemMail right = composer.receiptMail(spec, composer.daticert(spec));
        String xml = right.daticert();
        SystemMail signed = with(right, withDaticert && xml != null ? daticert.apply(xml) : null);
        String signedXml = signed.daticert();
        SystemMail sent = with(signed, signedXml == null ? null : daticertAfterSigning.apply(signedXml));
        return edited(assembled(signed, sent));
    }

    private byte[] assembled(SystemMail signed, SystemMail sent) {
        Boundaries boundaries = new Boundaries(time);
        MailStyle style = provider.shape().style();
        byte[] signedPart = style.signedPart(signed, boundaries);
        byte[] sentPart =
                Objects.equals(signed.daticert(), sent.daticert()) ? signedPart : style.signedPart(sent, boundaries);
        byte[] covered =
                signature == DraftSignature.BROKEN ? Arrays.copyOf(signedPart, signedPart.length + 1) : signedPart;
        return switch (signature) {
            case NONE -> style.assembleUnsigned(sent, sentPart, boundaries);
            case PROVIDER, BROKEN ->
                style.assemble(
                        sent,
                        sentPart,
                        cms(trust.signer(provider.name(), provider.address()), covered),
                        provider.digest(),
                        boundaries);
            case STRANGER ->
                style.assemble(
                        sent,
                        sentPart,
                        cms(trust.stranger(provider.name(), provider.address()), covered),
                        provider.digest(),
                        boundaries);
            case OTHER_PROVIDER ->
                style.assemble(
                        sent,
                        sentPart,
                        cms(
                                trust.signer("Altro Gestore S.p.A.", "posta-certificata@" + SandboxTrust.OTHER_DOMAIN),
                                covered),
                        provider.digest(),
                        boundaries);
        };
    }

    private byte[] cms(ReceiptSigner signer, byte[] content) {
        return signer.sign(content, provider.digest(), time.toInstant());
    }

    private SystemMail with(SystemMail mail, @Nullable String xml) {
        return new SystemMail(
                mail.time(),
                mail.messageId(),
                mail.markers(),
                mail.inherited(),
                mail.from(),
                mail.to(),
                mail.replyTo(),
                mail.subject(),
                mail.reference(),
                mail.remSubject(),
                mail.text(),
                xml,
                withOriginal ? mail.attached() : null);
    }

    private byte[] edited(byte[] mail) {
        if (headerEdits.isEmpty()) {
            return mail;
        }
        MailHeaders headers = MailHeaders.parse(mail);
        List<MailHeaders.Field> fields = new ArrayList<>(headers.fields());
        for (HeaderEdit edit : headerEdits) {
            if (!edit.keepsOthers()) {
                fields.removeIf(field -> MailHeaders.isNamed(field, edit.name()));
            }
            if (edit.value() != null) {
                fields.add(0, MailHeaders.field(edit.name(), edit.value()));
            }
        }
        return new MailText(mail.length)
                .fields(fields)
                .line()
                .raw(Arrays.copyOfRange(mail, headers.bodyOffset(), mail.length))
                .toBytes();
    }

    /** The message the receipt speaks of: the given one, or one made up, with the overrides in place. */
    private CertifiedMessage subjectMatter() {
        CertifiedMessage base = message == null ? madeUp() : message;
        List<MessageRecipient> all = recipients;
        if (all == null) {
            all = base.recipients();
        }
        return new CertifiedMessage(
                base.provider(),
                identifier == null ? base.identifier() : identifier,
                messageId == null ? base.messageId() : messageId,
                sender == null ? base.sender() : sender,
                all,
                base.carbonCopies(),
                base.replyTo(),
                subject == null ? base.rawSubject() : subject,
                variant == null ? base.variant() : variant,
                base.time(),
                base.original());
    }

    private CertifiedMessage madeUp() {
        String from = sender == null ? "altri@" + provider.domain() : sender;
        String to = recipient == null ? "destinatario@" + provider.domain() : recipient;
        String id = messageId == null ? "<" + UUID.randomUUID() + "@altrove.example>" : messageId;
        String title = subject == null ? "Messaggio altrui" : subject;
        String newIdentifier = composer.newMessageIdentifier(provider, time);
        byte[] original = new MailText(512)
                .line("From: " + from)
                .line("To: " + to)
                .line("Subject: " + title)
                .line("Date: " + MailText.date(time))
                .line("Message-ID: <" + newIdentifier + ">")
                .line("X-Riferimento-Message-ID: " + id)
                .line("MIME-Version: 1.0")
                .line("Content-Type: text/plain; charset=us-ascii")
                .line()
                .line("Un messaggio spedito da altri.")
                .toBytes();
        return new CertifiedMessage(
                provider,
                newIdentifier,
                id,
                from,
                List.of(new MessageRecipient(to, true)),
                List.of(),
                from,
                title,
                ReceiptVariant.COMPLETA,
                time,
                original);
    }
}
