package io.github.pecmailproxy.sandbox;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What becomes of a message at one recipient. Values are immutable; the static methods make them.
 *
 * <p>A fate is chosen by {@link PecSandbox#fate(String, Fate)}, else by the local part of the address. A local part matches
 * a word when it is that word, or goes on after it with something that is not a letter: {@code piena@}, {@code piena2@} and
 * {@code piena.rossi@} are all full mailboxes.
 *
 * <table>
 * <caption>Fates by address</caption>
 * <tr><th>Local part</th><th>Fate</th></tr>
 * <tr><td>{@code consegnato}</td><td>{@link #delivered()}</td></tr>
 * <tr><td>{@code sconosciuto}</td><td>{@link #unknownMailbox(DaticertError)} as {@code no-dest}</td></tr>
 * <tr><td>{@code sconosciuto-altro}</td><td>{@link #unknownMailbox(DaticertError)} as {@code altro}</td></tr>
 * <tr><td>{@code piena}</td><td>{@link #mailboxFull()}</td></tr>
 * <tr><td>{@code disabilitata}</td><td>{@link #mailboxDisabled()}</td></tr>
 * <tr><td>{@code dominio}</td><td>{@link #unknownDomain()}</td></tr>
 * <tr><td>{@code virus}</td><td>{@link #virusAtRecipient()}</td></tr>
 * <tr><td>{@code virus-mittente}</td><td>{@link #virusAtSender()}</td></tr>
 * <tr><td>{@code ritardo}</td><td>{@link #delayedThenDelivered()}</td></tr>
 * <tr><td>{@code scaduto}</td><td>{@link #timedOut()}</td></tr>
 * <tr><td>{@code silenzio}</td><td>{@link #neverAnswered()}</td></tr>
 * <tr><td>{@code esterno}</td><td>{@link #external()}</td></tr>
 * <tr><td>{@code esterno-rimbalzo}</td><td>{@link #externalBounced()}</td></tr>
 * <tr><td>{@code rifiutato}</td><td>{@link #notAccepted(String)}</td></tr>
 * </table>
 *
 * <p>Otherwise an account of the sandbox gets the mail, and any other recipient has the sandbox's default fate.
 *
 * @since 0.1.0
 */
public sealed interface Fate {
    /** When the first notice of delay is sent: 12 hours after acceptance (RFC 6109 section 3.1.6). */
    Duration FIRST_NOTICE = Duration.ofHours(12);

    /** When the notice of final failure is sent: 24 hours after acceptance (RFC 6109 section 3.1.6). */
    Duration SECOND_NOTICE = Duration.ofHours(24);

    /**
     * The message reaches the mailbox; the sender gets {@code avvenuta-consegna}. If the address is an account of the
     * sandbox, the busta di trasporto is really put there.
     */
    record Delivered() implements Fate {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.delivered(this);
        }
    }

    /**
     * The message is refused; the sender gets {@code errore-consegna}.
     *
     * @param error daticert's {@code errore}
     * @param status the enhanced status code that opens {@code errore-esteso}, such as {@code 5.1.1}
     * @param reason the words that end it
     */
    record Undeliverable(DaticertError error, String status, String reason) implements Fate {
        /** Checks the parts. */
        public Undeliverable {
            Objects.requireNonNull(error, "error");
            Objects.requireNonNull(reason, "reason");
            if (!status.matches("[245]\\.\\d{1,3}\\.\\d{1,3}")) {
                throw new IllegalArgumentException(
                        "status must be an enhanced status code such as 5.1.1, was: " + status);
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.undeliverable(this);
        }
    }

    /** The recipient's provider finds a virus; the sender gets {@code errore-consegna} marked as virus. */
    record VirusAtRecipient() implements Fate {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.virusAtRecipient(this);
        }
    }

    /**
     * The whole message is not accepted, because of one recipient.
     *
     * @param virus true when the reason is a virus
     * @param reason the words of {@code errore-esteso}
     */
    record NotAccepted(boolean virus, String reason) implements Fate {
        /** Checks the parts. */
        public NotAccepted {
            Objects.requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.notAccepted(this);
        }
    }

    /**
     * A notice of delay comes first, then the delivery.
     *
     * @param notice the time from acceptance to the notice
     * @param delivery the time from acceptance to the delivery, not before the notice
     */
    record Delayed(Duration notice, Duration delivery) implements Fate {
        /** Checks the parts. */
        public Delayed {
            positive("notice", notice);
            if (delivery.compareTo(notice) < 0) {
                throw new IllegalArgumentException(
                        "delivery must not come before notice " + notice + ", was: " + delivery);
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.delayed(this);
        }
    }

    /**
     * The message is given up; the sender gets the notice with {@code 5.4.1}.
     *
     * @param warning the time from acceptance to the first notice; empty when a presa in carico stopped it (RFC 6109
     *     section 3.1.6, first case)
     * @param failure the time from acceptance to the final notice
     */
    record TimedOut(Optional<Duration> warning, Duration failure) implements Fate {
        /** Checks the parts. */
        public TimedOut {
            warning.ifPresent(duration -> positive("warning", duration));
            positive("failure", failure);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.timedOut(this);
        }
    }

    /** The message is accepted and nothing is ever heard of it again. */
    record NeverAnswered() implements Fate {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.neverAnswered(this);
        }
    }

    /** The recipient has an ordinary mailbox: listed as {@code esterno}, and no receipt follows (facts 0.7). */
    record External() implements Fate {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.external(this);
        }
    }

    /**
     * The recipient has an ordinary mailbox whose server refuses the mail; the bounce arrives inside a busta di anomalia
     * (facts 2.1).
     *
     * @param status the enhanced status code of the bounce
     * @param diagnostic the other server's words
     */
    record ExternalBounced(String status, String diagnostic) implements Fate {
        /** Checks the parts. */
        public ExternalBounced {
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(diagnostic, "diagnostic");
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.externalBounced(this);
        }
    }

    /**
     * Calls the visitor's method for this kind of fate.
     *
     * @param visitor the visitor
     * @param <R> what it returns
     * @return what the visitor returned
     */
    <R> R accept(Visitor<R> visitor);

    /**
     * One method for each kind of fate, so that none can be forgotten.
     *
     * @param <R> what the methods return
     * @since 0.1.0
     */
    interface Visitor<R> {
        /**
         * Visits a delivery.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R delivered(Delivered fate);

        /**
         * Visits a refusal by the recipient's provider.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R undeliverable(Undeliverable fate);

        /**
         * Visits a virus found by the recipient's provider.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R virusAtRecipient(VirusAtRecipient fate);

        /**
         * Visits a refusal by the sender's provider.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R notAccepted(NotAccepted fate);

        /**
         * Visits a late delivery.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R delayed(Delayed fate);

        /**
         * Visits a failure for lack of time.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R timedOut(TimedOut fate);

        /**
         * Visits silence.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R neverAnswered(NeverAnswered fate);

        /**
         * Visits an ordinary mailbox.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R external(External fate);

        /**
         * Visits an ordinary mailbox that bounces.
         *
         * @param fate the fate
         * @return the visitor's result
         */
        R externalBounced(ExternalBounced fate);
    }

    /**
     * Returns the fate of a mailbox that takes the message.
     *
     * @return the fate, never null
     */
    static Fate delivered() {
        return new Delivered();
    }

    /**
     * Returns the fate of a mailbox that does not exist: {@code 5.1.1}.
     *
     * @param error {@link DaticertError#NO_DEST} or {@link DaticertError#ALTRO}; both are on the wire (facts 0.9)
     * @return the fate, never null
     */
    static Fate unknownMailbox(DaticertError error) {
        return new Undeliverable(error, "5.1.1", "indirizzo non valido");
    }

    /**
     * Returns the fate of a full mailbox: {@code 5.2.2}.
     *
     * @return the fate, never null
     */
    static Fate mailboxFull() {
        return new Undeliverable(DaticertError.ALTRO, "5.2.2", "casella piena");
    }

    /**
     * Returns the fate of a mailbox that was switched off: {@code 5.2.1}.
     *
     * @return the fate, never null
     */
    static Fate mailboxDisabled() {
        return new Undeliverable(DaticertError.ALTRO, "5.2.1", "casella disabilitata alla ricezione");
    }

    /**
     * Returns the fate of a domain that does not exist: {@code 5.1.2}, {@code no-dominio}.
     *
     * @return the fate, never null
     */
    static Fate unknownDomain() {
        return new Undeliverable(DaticertError.NO_DOMINIO, "5.1.2", "dominio non valido");
    }

    /**
     * Returns the fate of a message in which the recipient's provider finds a virus.
     *
     * @return the fate, never null
     */
    static Fate virusAtRecipient() {
        return new VirusAtRecipient();
    }

    /**
     * Returns the fate of a message in which the sender's provider finds a virus: it is not accepted at all.
     *
     * @return the fate, never null
     */
    static Fate virusAtSender() {
        return new NotAccepted(true, "presenza di un virus nel messaggio");
    }

    /**
     * Returns the fate of a message that the sender's provider refuses.
     *
     * @param reason the words of {@code errore-esteso}
     * @return the fate, never null
     */
    static Fate notAccepted(String reason) {
        return new NotAccepted(false, reason);
    }

    /**
     * Returns the fate of a delivery after the 12-hour notice, 13 hours after acceptance.
     *
     * @return the fate, never null
     */
    static Fate delayedThenDelivered() {
        return new Delayed(FIRST_NOTICE, FIRST_NOTICE.plusHours(1));
    }

    /**
     * Returns the fate of a delivery after a notice, with times of one's own.
     *
     * @param notice the time from acceptance to the notice
     * @param delivery the time from acceptance to the delivery
     * @return the fate, never null
     */
    static Fate delayedThenDelivered(Duration notice, Duration delivery) {
        return new Delayed(notice, delivery);
    }

    /**
     * Returns the fate of a message given up after 24 hours, with the 12-hour notice before.
     *
     * @return the fate, never null
     */
    static Fate timedOut() {
        return new TimedOut(Optional.of(FIRST_NOTICE), SECOND_NOTICE);
    }

    /**
     * Returns the fate of a message given up, with times of one's own.
     *
     * @param warning the time from acceptance to the first notice
     * @param failure the time from acceptance to the final notice
     * @return the fate, never null
     */
    static Fate timedOut(Duration warning, Duration failure) {
        return new TimedOut(Optional.of(warning), failure);
    }

    /**
     * Returns the fate of a message given up after 24 hours without an earlier notice.
     *
     * @return the fate, never null
     */
    static Fate timedOutWithoutWarning() {
        return new TimedOut(Optional.empty(), SECOND_NOTICE);
    }

    /**
     * Returns the fate of a message that is accepted and never heard of again.
     *
     * @return the fate, never null
     */
    static Fate neverAnswered() {
        return new NeverAnswered();
    }

    /**
     * Returns the fate of a message to an ordinary mailbox.
     *
     * @return the fate, never null
     */
    static Fate external() {
        return new External();
    }

    /**
     * Returns the fate of a message to an ordinary mailbox that bounces with {@code 5.1.1}.
     *
     * @return the fate, never null
     */
    static Fate externalBounced() {
        return new ExternalBounced("5.1.1", "550 5.1.1 The account does not exist");
    }

    private static void positive(String field, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(field + " must be longer than zero, was: " + duration);
        }
    }
}
