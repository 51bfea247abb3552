package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What became of a message according to the receipts that are proof, and what the index says otherwise. The receipts go through the rules
 * that the engine applies, in the order of their events, so that every state, reason, time and detail is derived and none is
 * believed. Not thread-safe; one for each bundle.
 */
final class StateProof {
    /** Reasons of failures that no provider certifies: its server refused the recipient, it was never sent, or it bounced. */
    private static final Set<String> UNCERTIFIED = Set.of("refused", "not_sent", "bounce");

    private static final Set<MessageState> CERTIFIED = Set.of(MessageState.ACCEPTED, MessageState.REJECTED);

    private final BundleIndex index;
    private final MessageFacts message;
    private final List<Counted> counted = new ArrayList<>();
    private final List<ReceiptFacts> notCounted = new ArrayList<>();

    StateProof(BundleIndex index) {
        this.index = index;
        this.message = index.message();
    }

    private record Counted(ReceiptFacts facts, CertifiedReceipt receipt, BundleIndex.Event event) {}

    /** Tells of a failure that rests on the sender's own system, not on a receipt. */
    static boolean isUncertifiedFailure(MessageFacts.Recipient recipient) {
        return recipient.state() == RecipientState.FAILED
                && recipient.reason() != null
                && UNCERTIFIED.contains(recipient.reason());
    }

    /** Takes a receipt that is proof and became an event. */
    void counted(ReceiptFacts facts, CertifiedReceipt receipt, BundleIndex.Event event) {
        counted.add(new Counted(facts, receipt, event));
    }

    /** Takes a receipt that is proof and became no event, as the index says. */
    void notCounted(ReceiptFacts facts) {
        notCounted.add(facts);
    }

    /** Returns what the index says otherwise than it follows from the receipts, one sentence each. */
    List<String> objections() {
        List<String> objections = new ArrayList<>();
        notCounted.stream()
                .filter(facts -> !isExplained(facts))
                .forEach(facts -> objections.add(facts.file().name() + " is proof of "
                        + facts.contents().receiptType() + ", and the index does not count it"));
        if (!message.pec() && !counted.isEmpty()) {
            objections.add("there are certified receipts, and the index says that the message is an ordinary one");
        }
        TrackedMessage derived = sent();
        // The order in which the receipts were applied is that of their events.
        counted.sort(Comparator.comparingInt(one -> index.events().indexOf(one.event())));
        for (Counted one : counted) {
            Instant arrivedAt = Objects.requireNonNullElse(
                    one.facts().place().arrivedAt(), one.facts().place().readAt());
            CertifiedOutcome outcome = CertifiedOutcome.of(derived, one.receipt(), arrivedAt, arrivedAt);
            derived = outcome.next().build();
            outcome.events().forEach(event -> compare(one, event, objections));
        }
        state(derived.state(), objections);
        identifier(derived, objections);
        for (int i = 0; i < message.recipients().size(); i++) {
            recipient(message.recipients().get(i), derived.recipients().get(i), objections);
        }
        return objections;
    }

    /** Tells whether a receipt may be proof without an event: what it certifies was counted, or its message is still being sent. */
    private boolean isExplained(ReceiptFacts facts) {
        return switch (facts.recorded().disposition()) {
            // A copy may have been refused although the first one counts: its provider was not trusted any more.
            case REPEATED, REFUSED -> counted.stream().anyMatch(one -> isSameEvent(one.facts(), facts));
            case WAITING -> message.state() == MessageState.SENDING;
            default -> false;
        };
    }

    private static boolean isSameEvent(ReceiptFacts one, ReceiptFacts other) {
        return certified(one).equals(certified(other));
    }

    private static List<Optional<Object>> certified(ReceiptFacts facts) {
        ReceiptContents contents = facts.contents();
        return List.of(
                Optional.ofNullable(contents.receiptType()),
                Optional.ofNullable(contents.providerMessageId()),
                Optional.ofNullable(contents.originalMessageId()),
                Optional.ofNullable(contents.recipient()),
                Optional.ofNullable(contents.certifiedAt()));
    }

    /** Returns the message as it was before the first receipt. */
    private TrackedMessage sent() {
        return new TrackedMessage(
                new MessageKey(message.tenant(), message.id()),
                1,
                message.account(),
                message.pec(),
                message.messageId(),
                message.sender(),
                message.subject(),
                Priority.MEDIUM,
                null,
                null,
                MessageState.SENT,
                message.recipients().stream().map(StateProof::unproven).toList(),
                message.attempts(),
                message.enqueuedAt(),
                message.enqueuedAt(),
                null,
                message.sentAt(),
                null,
                null,
                null,
                null,
                index.original().size(),
                index.original().sha256(),
                index.original().sha256(),
                1);
    }

    private static RecipientStatus unproven(MessageFacts.Recipient recipient) {
        RecipientStatus pending = RecipientStatus.pending(recipient.address(), recipient.role());
        // Whom the server refused before it took the message stays failed, whatever is certified of the others.
        return isUncertifiedFailure(recipient) && !"bounce".equals(recipient.reason())
                ? pending.become(
                        RecipientState.FAILED,
                        recipient.reason(),
                        recipient.detail(),
                        Objects.requireNonNullElse(recipient.changedAt(), Instant.EPOCH))
                : pending;
    }

    private static void compare(Counted one, NewEvent derived, List<String> objections) {
        EventData said = one.event().data();
        if (!withoutVerdict(said).equals(withoutVerdict(derived.data()))) {
            objections.add("the event " + derived.type().wireName() + " of "
                    + one.facts().file().name() + " does not say what the receipt proves: "
                    + withoutVerdict(derived.data()));
        }
        // With another policy or other anchors it may have been recorded before it was proof: that is history, not a
        // claim.
        boolean wasTrusted = one.facts().recorded().verdict() == Verdict.TRUSTED;
        if (wasTrusted && !Boolean.TRUE.equals(said.fields().get("proof"))) {
            objections.add("the event of " + one.facts().file().name() + " denies that it is proof");
        }
    }

    private static Map<String, Object> withoutVerdict(EventData data) {
        Map<String, Object> fields = new LinkedHashMap<>(data.fields());
        fields.keySet().removeAll(Set.of("verdict", "proof"));
        return fields;
    }

    private void state(MessageState derived, List<String> objections) {
        boolean certified = CERTIFIED.contains(derived) || CERTIFIED.contains(message.state()) || !counted.isEmpty();
        if (certified && derived != message.state()) {
            objections.add("the index says that the message is " + IndexWriter.name(message.state())
                    + ", and what is proven makes it " + IndexWriter.name(derived));
        }
    }

    private void identifier(TrackedMessage derived, List<String> objections) {
        String proven = derived.providerMessageId();
        if (message.attempts() <= 1 && !Objects.equals(proven, message.providerMessageId())) {
            objections.add("the index says that the provider knows the message as " + message.providerMessageId()
                    + ", and what is proven is " + proven);
        }
    }

    private void recipient(MessageFacts.Recipient said, RecipientStatus derived, List<String> objections) {
        if (isUncertifiedFailure(said)) {
            uncertified(said, derived, objections);
            return;
        }
        boolean untouched = derived.state() == RecipientState.PENDING;
        if (untouched
                && (said.state() == RecipientState.PENDING || !message.pec() && said.state() == RecipientState.SENT)) {
            return;
        }
        if (said.state() != derived.state()) {
            objections.add("the index says of " + said.address() + ": " + IndexWriter.name(said.state())
                    + ", and what is proven is " + IndexWriter.name(derived.state()));
        } else if (!Objects.equals(said.reason(), derived.reason())
                || !Objects.equals(said.detail(), derived.detail())) {
            objections.add(
                    "the index gives another reason for " + said.address() + " than is proven: " + derived.reason());
        } else if (!Objects.equals(said.changedAt(), derived.changedAt())) {
            objections.add(
                    "the index gives another time for " + said.address() + " than is proven: " + derived.changedAt());
        }
    }

    /** Tells whether an event is that of a failure that no receipt certifies; an error without recipient is one of them all. */
    private static boolean isNoted(BundleIndex.Event event, MessageFacts.Recipient recipient, boolean bounced) {
        Optional<String> named = event.data().text("recipient");
        return event.type() == (bounced ? EventType.BOUNCE : EventType.ERROR)
                && (named.isEmpty() && !bounced
                        || named.filter(address -> OriginalMail.isSameAddress(address, recipient.address()))
                                .isPresent());
    }

    /** A failure that no receipt certifies may not stand against one that does, and comes from an event. */
    private void uncertified(MessageFacts.Recipient said, RecipientStatus derived, List<String> objections) {
        boolean bounced = "bounce".equals(said.reason());
        boolean open = bounced
                ? derived.state() == RecipientState.EXTERNAL || !message.pec()
                : derived.state() == RecipientState.FAILED;
        boolean accepted = !bounced
                && counted.stream()
                        .filter(one -> one.receipt().type() == ReceiptType.ACCETTAZIONE)
                        .flatMap(one -> one.receipt().recipients().stream())
                        .anyMatch(certified -> OriginalMail.isSameAddress(certified.address(), said.address()));
        if (!open || accepted) {
            objections.add("the index says that " + said.address()
                    + " failed without any receipt, and what is proven is otherwise");
        }
        if (index.events().stream().noneMatch(event -> isNoted(event, said, bounced))) {
            objections.add("the index says that " + said.address() + " failed without any receipt, and has no event "
                    + (bounced ? EventType.BOUNCE : EventType.ERROR).wireName() + " of it");
        }
    }
}
