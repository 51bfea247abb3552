package io.github.pecmailproxy.pec;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A mail by which a provider says what became of a message that was sent: a PEC receipt or a REM evidence, in the same
 * words. Immutable and thread-safe.
 *
 * <p>What is reported comes from the certification where there is one, else from the headers; {@link #isCertified()} tells
 * which. Whether to believe it is another question: {@link #isProof()}.
 *
 * @since 0.1.0
 */
public sealed interface CertifiedReceipt extends PecMail permits PecReceipt, RemEvidence {
    /**
     * Returns what kind of receipt it is.
     *
     * @return the certified type, or, where there is no certification, the one of the header; {@link ReceiptType#UNKNOWN}
     *     when either has a value that no specification knows; never null
     */
    ReceiptType type();

    /**
     * Returns the certification.
     *
     * @return the content of the daticert or evidence, or empty when there is none that can be read
     */
    Optional<Certification> certification();

    /**
     * Returns why the message failed or is late.
     *
     * @return the failure for non-accettazione, errore-consegna and both preavviso notices; empty for all others
     */
    Optional<Failure> failure();

    /**
     * Returns the original message, where it is attached.
     *
     * @return the directly attached original, or empty
     */
    Optional<AttachedMail> original();

    /**
     * Returns what the receipt means for the message. A preavviso is a failure when its explanation has the code 5.4.1 and
     * a delay otherwise (facts 0.8).
     *
     * @return the event; empty for rilevazione-virus, which is not the sender's notice, and for unknown types
     */
    default Optional<PecEvent> event() {
        return switch (type()) {
            case ACCETTAZIONE -> Optional.of(PecEvent.PEC_ACCEPTANCE);
            case AVVENUTA_CONSEGNA -> Optional.of(PecEvent.PEC_DELIVERY);
            case ERRORE_CONSEGNA, NON_ACCETTAZIONE -> Optional.of(PecEvent.PEC_ERROR);
            case PRESA_IN_CARICO -> Optional.of(PecEvent.PEC_RELAY);
            case PREAVVISO_ERRORE_CONSEGNA ->
                Optional.of(failure().map(Failure::isFinal).orElse(false) ? PecEvent.PEC_ERROR : PecEvent.PEC_DELAY);
            case RILEVAZIONE_VIRUS, UNKNOWN -> Optional.empty();
        };
    }

    /**
     * Returns the {@code Message-ID} that the sender put on the message, the key to correlate by (facts 0.1).
     *
     * @return the id with angle brackets; taken from the header only where there is no certification; empty when there is
     *     none
     */
    default Optional<String> originalMessageId() {
        Optional<Certification> certification = certification();
        return certification.isPresent() ? certification.get().originalMessageId() : head().referenceMessageId();
    }

    /**
     * Returns the provider's name for the message, the same in all receipts of one message (facts 0.2).
     *
     * @return the {@code identificativo} without angle brackets, or empty
     */
    default Optional<String> providerMessageId() {
        return certification().flatMap(Certification::providerMessageId);
    }

    /**
     * Returns the receipt's own {@code Message-ID}.
     *
     * @return the id with angle brackets, or empty
     */
    default Optional<String> receiptMessageId() {
        return messageId();
    }

    /**
     * Returns the certified moment of the event, to the second.
     *
     * @return the time, or empty; where the zone was missing it is the {@code Date} header's and the receipt has the problem
     *     {@link ProblemCode#TIME_NOT_CERTIFIED}
     */
    default Optional<Instant> certifiedTime() {
        return certification().flatMap(Certification::time);
    }

    /**
     * Returns who sent the message.
     *
     * @return the certified sender, or empty
     */
    default Optional<String> sender() {
        return certification().flatMap(Certification::sender);
    }

    /**
     * Returns all recipients of the message, whoever the receipt is about.
     *
     * @return the recipients in order; never null, immutable, empty when not certified
     */
    default List<CertifiedRecipient> recipients() {
        return certification().map(Certification::recipients).orElse(List.of());
    }

    /**
     * Returns the one recipient the receipt is about ({@code consegna}).
     *
     * @return the address as written, or empty when it is about the whole message
     */
    default Optional<String> recipient() {
        return certification().flatMap(Certification::recipient);
    }

    /**
     * Returns the recipients a provider took over ({@code ricezione}).
     *
     * @return the addresses in order; never null, immutable, empty in all receipts but presa-in-carico
     */
    default List<String> relayedRecipients() {
        return certification().map(Certification::relayedRecipients).orElse(List.of());
    }

    /**
     * Returns the form of delivery receipt the sender asked for.
     *
     * @return the format, or empty
     */
    default Optional<ReceiptFormat> format() {
        return certification().flatMap(Certification::format);
    }

    /**
     * Returns the {@code errore} of the daticert.
     *
     * @return the value in lower case, {@code nessuno} where the daticert does not say; empty when not certified
     */
    default Optional<String> error() {
        return certification().flatMap(Certification::error);
    }

    /**
     * Returns the explanation of a failure ({@code errore-esteso}).
     *
     * @return the text as written, or empty
     */
    default Optional<String> errorDetail() {
        return certification().flatMap(Certification::errorDetail);
    }

    /**
     * Returns who issued the receipt ({@code gestore-emittente}).
     *
     * @return the name as written, or empty
     */
    default Optional<String> provider() {
        return certification().flatMap(Certification::provider);
    }

    /**
     * Returns the subject of the message.
     *
     * @return the certified subject, decoded; or empty
     */
    default Optional<String> subject() {
        return certification().flatMap(Certification::subject);
    }

    /**
     * Tells whether the original message is attached, whatever form of receipt was asked for (facts 0.10).
     *
     * @return true when it is
     */
    default boolean originalAttached() {
        return original().isPresent();
    }

    /**
     * Tells whether a certification was found where it belongs and could be read.
     *
     * @return true when what is reported comes from it
     */
    default boolean isCertified() {
        return certification().isPresent();
    }

    /**
     * Tells whether the receipt proves what it says: a trusted signature over a certification of a known type, and no problem
     * that {@linkplain ProblemCode#excludesProof() excludes} it.
     *
     * @return true when it does
     */
    default boolean isProof() {
        if (signature().verdict() != Verdict.TRUSTED || !isCertified() || type() == ReceiptType.UNKNOWN) {
            return false;
        }
        for (Problem problem : problems()) {
            if (problem.code().excludesProof()) {
                return false;
            }
        }
        return true;
    }
}
