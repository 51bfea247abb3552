package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.lifecycle.ReceiptRules;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.AnomalyEnvelope;
import io.github.pecmailproxy.pec.AttachedMail;
import io.github.pecmailproxy.pec.Bounce;
import io.github.pecmailproxy.pec.BouncedRecipient;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.TransportEnvelope;
import io.github.pecmailproxy.pec.UnreadableMail;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a parsed mail means for the messages sent: ties it to one of them, asks the policy, applies the rules. Correlates by
 * the original's Message-ID, then by the provider's identifier, a bounce also by the reverse path it came back to; never by subject
 * or text, and never by the tracking header alone, which anybody can write (facts 0.1, 0.2, 0.3). Thread-safe.
 */
final class ReceiptJudge {
    /** How long a bounce waits for the acceptance of its message: 30 days, far longer than any provider takes. */
    static final Duration LONGEST_WAIT = Duration.ofDays(30);

    private final PecReceiptParser parser;
    private final Predicate<String> isOurs;
    private final Function<String, Optional<String>> ofReturnPath;
    private final SentAttachments attachments;

    /**
     * Creates the judge.
     *
     * @param parser parses what is wrapped in an anomaly envelope
     * @param isOurs recognises the Message-IDs of this store's messages, also of those that are not stored any more
     * @param ofReturnPath finds the Message-ID of the message that a reverse path names, also of one that is not stored any more
     * @param attachments knows what was attached to the messages
     */
    ReceiptJudge(
            PecReceiptParser parser,
            Predicate<String> isOurs,
            Function<String, Optional<String>> ofReturnPath,
            SentAttachments attachments) {
        this.parser = parser;
        this.isOurs = isOurs;
        this.ofReturnPath = ofReturnPath;
        this.attachments = attachments;
    }

    /** Returns the Message-IDs by which the mail may be tied to a message. */
    Set<String> references(PecMail mail) {
        Set<String> references = new HashSet<>();
        if (mail instanceof CertifiedReceipt receipt) {
            receipt.originalMessageId().ifPresent(references::add);
        }
        bounce(mail).ifPresent(bounce -> {
            bounce.returnedReferenceMessageId().ifPresent(references::add);
            bounce.returnedMessageId().ifPresent(references::add);
            bounce.sentTo().forEach(address -> ofReturnPath.apply(address).ifPresent(references::add));
        });
        return references;
    }

    /** Returns the provider's identifiers by which the mail may be tied to a message, if by nothing else. */
    Set<String> providerReferences(PecMail mail) {
        return mail instanceof CertifiedReceipt receipt
                        && receipt.originalMessageId().isEmpty()
                ? receipt.providerMessageId().map(Set::of).orElse(Set.of())
                : Set.of();
    }

    /**
     * Returns what makes the mail's event unique: what the provider certified, however often and under whatever headers it arrives.
     * Its own Message-ID is not signed: under another one a receipt could be replayed, and under that of a receipt still to come
     * it could hide that one. Only where nothing is certified does the Message-ID serve, else the bytes; for a notification, which
     * certifies nothing either, its Message-ID with all that it reports.
     */
    static String eventKey(PecMail mail, String fingerprint) {
        if (mail instanceof CertifiedReceipt receipt
                && receipt.providerMessageId().isPresent()
                && receipt.certifiedTime().isPresent()) {
            return StatedFacts.key(receipt);
        }
        if (mail instanceof Bounce bounce) {
            return StatedFacts.key(bounce).orElse(fingerprint);
        }
        return mail instanceof CertifiedReceipt ? mail.messageId().orElse(fingerprint) : fingerprint;
    }

    /**
     * Judges a mail.
     *
     * @param draft what is known of the mail without its meaning
     * @param mail the parsed mail
     * @param known the messages it may speak of
     * @param repeated whether an event of its key is stored already
     * @param account whose mailbox
     * @param now the time
     */
    Judgement judge(
            ReceiptRecord draft,
            PecMail mail,
            KnownMessages known,
            boolean repeated,
            MailAccount account,
            Instant now) {
        if (mail instanceof CertifiedReceipt receipt) {
            return judgeReceipt(draft, receipt, known, repeated, account, now);
        }
        Optional<Bounce> bounce = bounce(mail);
        if (bounce.isPresent()) {
            return judgeBounce(draft, mail, bounce.get(), known, repeated, now);
        }
        if (mail instanceof TransportEnvelope) {
            return Judgement.of(
                    judged(draft, mail, Disposition.IGNORED, "a certified message that came in", null, null));
        }
        if (mail instanceof AnomalyEnvelope) {
            return Judgement.of(judged(
                    draft,
                    mail,
                    Disposition.IGNORED,
                    "an ordinary message that came in, wrapped by the provider",
                    null,
                    null));
        }
        if (mail instanceof UnreadableMail) {
            return Judgement.of(judged(draft, mail, Disposition.UNREADABLE, "it is not a mail", null, null));
        }
        return Judgement.of(judged(draft, mail, Disposition.IGNORED, "an ordinary message that came in", null, null));
    }

    private Judgement judgeReceipt(
            ReceiptRecord draft,
            CertifiedReceipt receipt,
            KnownMessages known,
            boolean repeated,
            MailAccount account,
            Instant now) {
        Optional<String> original = receipt.originalMessageId();
        Optional<TrackedMessage> found = original.flatMap(known::byMessageId)
                .or(() -> original.isPresent()
                        ? Optional.empty()
                        : receipt.providerMessageId().flatMap(known::byProviderId));
        if (found.isEmpty()) {
            return Judgement.of(
                    original.filter(isOurs).isPresent()
                            ? judged(
                                    draft,
                                    receipt,
                                    Disposition.ORPHANED,
                                    "it speaks of a message of ours that is not stored any more",
                                    null,
                                    null)
                            : judged(
                                    draft,
                                    receipt,
                                    Disposition.FOREIGN,
                                    "it speaks of a message that was not sent from here",
                                    null,
                                    null));
        }
        TrackedMessage message = found.get();
        Optional<String> objection = ReceiptPolicy.objection(receipt, message, account);
        if (objection.isPresent()) {
            // Also of one that was recorded before: whoever replays it under other headers, or signs it anew, is
            // caught.
            return refused(draft, receipt, receipt.problems(), message, account, objection.get());
        }
        if (repeated) {
            return Judgement.of(judged(
                    draft, receipt, Disposition.REPEATED, "the same receipt was recorded before", message, null));
        }
        Optional<Problem> otherAttachments = attachments.contradiction(receipt, message);
        if (otherAttachments.isPresent()) {
            List<Problem> problems = new ArrayList<>(receipt.problems());
            problems.add(otherAttachments.get());
            return refused(
                    draft,
                    receipt,
                    problems,
                    message,
                    account,
                    otherAttachments.get().detail());
        }
        if (message.state() == MessageState.SENDING) {
            return Judgement.of(judged(
                    draft,
                    receipt,
                    Disposition.WAITING,
                    "its message is being sent and not settled yet",
                    message,
                    null));
        }
        MessageChange change = ReceiptRules.received(message, receipt, account, arrivedAt(draft), now);
        return new Judgement(
                judged(
                        draft,
                        receipt,
                        Disposition.RECORDED,
                        "it is a receipt for a message of ours",
                        message,
                        eventKey(receipt, draft.fingerprint())),
                List.of(change),
                contradictions(message, change.message()));
    }

    private static Judgement refused(
            ReceiptRecord draft,
            CertifiedReceipt receipt,
            List<Problem> problems,
            TrackedMessage message,
            MailAccount account,
            String reason) {
        return new Judgement(
                judged(draft, receipt, problems, Disposition.REFUSED, reason, message, null),
                List.of(),
                List.of(new OperationalEvent.ReceiptRefused(
                        account.key(), message.key(), draft.fingerprint(), reason)));
    }

    private Judgement judgeBounce(
            ReceiptRecord draft, PecMail mail, Bounce bounce, KnownMessages known, boolean repeated, Instant now) {
        Optional<TrackedMessage> found = bounce.returnedReferenceMessageId()
                .flatMap(known::byMessageId)
                .or(() -> bounce.returnedMessageId().flatMap(known::byMessageId))
                .or(() -> byReturnPath(bounce, known));
        if (found.isEmpty()) {
            boolean ours = references(mail).stream()
                    .anyMatch(id -> isOurs.test(id) && known.byMessageId(id).isEmpty());
            return Judgement.of(judged(
                    draft,
                    mail,
                    ours ? Disposition.ORPHANED : Disposition.FOREIGN,
                    ours
                            ? "a bounce of a message of ours that is not stored any more"
                            : "a bounce of a message that was not sent from here",
                    null,
                    null));
        }
        TrackedMessage message = found.get();
        if (repeated) {
            return Judgement.of(
                    judged(draft, mail, Disposition.REPEATED, "the same bounce was recorded before", message, null));
        }
        if (message.state() == MessageState.SENDING) {
            return Judgement.of(judged(
                    draft, mail, Disposition.WAITING, "its message is being sent and not settled yet", message, null));
        }
        if (bounce.recipients().stream().anyMatch(recipient -> ReceiptRules.waitsForAcceptance(message, recipient))) {
            return Judgement.of(withoutAcceptance(draft, mail, message, now));
        }
        Instant arrivedAt = arrivedAt(draft);
        List<MessageChange> changes = new ArrayList<>();
        TrackedMessage current = message;
        for (BouncedRecipient recipient : bounce.recipients()) {
            Optional<MessageChange> change = ReceiptRules.bounced(current, recipient, arrivedAt);
            if (change.isPresent()) {
                changes.add(change.get());
                current = change.get().message();
            }
        }
        if (changes.isEmpty()) {
            return Judgement.of(judged(draft, mail, Disposition.IGNORED, withoutConsequence(bounce), message, null));
        }
        return new Judgement(
                judged(
                        draft,
                        mail,
                        Disposition.RECORDED,
                        "it is a bounce of a message of ours",
                        message,
                        eventKey(mail, draft.fingerprint())),
                changes,
                List.of());
    }

    private static ReceiptRecord withoutAcceptance(
            ReceiptRecord draft, PecMail mail, TrackedMessage message, Instant now) {
        boolean stillWaits = draft.readAt().plus(LONGEST_WAIT).isAfter(now);
        return judged(
                draft,
                mail,
                stillWaits ? Disposition.WAITING : Disposition.IGNORED,
                stillWaits
                        ? "the provider has not told yet whether the recipient is a certified one"
                        : "the provider never told whether the recipient is a certified one",
                message,
                null);
    }

    private static Instant arrivedAt(ReceiptRecord draft) {
        return Objects.requireNonNullElse(draft.arrivedAt(), draft.readAt());
    }

    /** Finds the message whose own reverse path the bounce came back to: an address with a token that it was not sent with is none. */
    private Optional<TrackedMessage> byReturnPath(Bounce bounce, KnownMessages known) {
        return bounce.sentTo().stream()
                .flatMap(address -> ofReturnPath
                        .apply(address)
                        .flatMap(known::byMessageId)
                        .filter(message -> message.envelopeFrom().equalsIgnoreCase(address))
                        .stream())
                .findFirst();
    }

    private static String withoutConsequence(Bounce bounce) {
        List<String> actions = bounce.recipients().stream()
                .flatMap(recipient -> recipient.action().stream())
                .distinct()
                .toList();
        if (actions.equals(List.of("delayed"))) {
            return "a notification of delay: the server goes on trying";
        }
        return actions.isEmpty() || actions.contains("failed")
                ? "a bounce of a recipient on whom it cannot decide"
                : "a notification of success (" + String.join(", ", actions) + "), which proves nothing";
    }

    private Optional<Bounce> bounce(PecMail mail) {
        if (mail instanceof Bounce bounce) {
            return Optional.of(bounce);
        }
        if (mail instanceof AnomalyEnvelope envelope) {
            // Bounces of external recipients come wrapped (facts 2.1).
            Optional<PecMail> wrapped = envelope.wrapped().flatMap(this::parse);
            return wrapped.filter(Bounce.class::isInstance).map(Bounce.class::cast);
        }
        return Optional.empty();
    }

    private Optional<PecMail> parse(AttachedMail attached) {
        return attached.parse(parser);
    }

    private static List<OperationalEvent> contradictions(TrackedMessage before, TrackedMessage after) {
        List<OperationalEvent> events = new ArrayList<>();
        for (RecipientStatus recipient : after.recipients()) {
            boolean wasInConflict = before.recipient(recipient.address())
                    .map(known -> known.state() == RecipientState.CONFLICT)
                    .orElse(false);
            if (recipient.state() == RecipientState.CONFLICT && !wasInConflict) {
                events.add(new OperationalEvent.ReceiptsContradict(after.key(), recipient.address()));
            }
        }
        return events;
    }

    private static ReceiptRecord judged(
            ReceiptRecord draft,
            PecMail mail,
            Disposition disposition,
            String reason,
            @Nullable TrackedMessage message,
            @Nullable String eventKey) {
        return judged(draft, mail, mail.problems(), disposition, reason, message, eventKey);
    }

    private static ReceiptRecord judged(
            ReceiptRecord draft,
            PecMail mail,
            List<Problem> problems,
            Disposition disposition,
            String reason,
            @Nullable TrackedMessage message,
            @Nullable String eventKey) {
        return draft.judged(
                mail.signature().verdict(),
                problems.stream().map(Problem::wireName).distinct().toList(),
                disposition,
                reason,
                message == null ? null : message.key(),
                eventKey);
    }
}
