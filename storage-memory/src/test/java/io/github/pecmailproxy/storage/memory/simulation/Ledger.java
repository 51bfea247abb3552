package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.compose.ProxyMessageIds;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.ReportEntry;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Knows what really happened, and compares the store with it. */
final class Ledger {
    private final Simulation simulation;
    private final Map<MessageKey, TrackedMessage> known = new LinkedHashMap<>();
    private final Map<MessageKey, Integer> eventsSeen = new HashMap<>();
    private final Map<MessageKey, String> answeredTexts = new HashMap<>();
    private final Map<String, MessageKey> messageIds = new HashMap<>();
    private final Map<MessageVersion, Life> leases = new HashMap<>();
    private final Set<MessageVersion> transmitted = new HashSet<>();
    private final Map<MessageVersion, Set<String>> takenUnder = new HashMap<>();
    private final Map<MessageKey, Map<String, Integer>> taken = new HashMap<>();
    private final Map<String, Genuine> genuine = new LinkedHashMap<>();
    private final Set<String> forged = new HashSet<>();
    private final Map<String, Integer> eventsOfFacts = new HashMap<>();
    private final Set<Long> acceptedBySink = new HashSet<>();
    private long receiptsSeen;

    /** A genuine receipt that came into a mailbox. */
    private record Genuine(AccountKey mailbox, SimulatedReceipt receipt) {}

    /** A transmission that was begun; the version is that of the lease under which it was. */
    record Attempt(Optional<MessageVersion> lease) {}

    Ledger(Simulation simulation) {
        this.simulation = simulation;
    }

    private void require(boolean holds, Invariant invariant, String detail) {
        if (!holds) {
            simulation.violated(invariant, detail);
        }
    }

    private EventStore store() {
        return simulation.store();
    }

    // ---------------------------------------- what nodes and servers tell

    /** Looks at what a call to the store changed. */
    void stored(Life life, String call, Object[] arguments, Object result) {
        switch (call) {
            case "enqueue" -> ((Collection<?>) arguments[0]).forEach(message -> enqueued((NewMessage) message));
            case "lease" -> ((Collection<?>) result).forEach(batch -> leased(life, (LeaseBatch) batch));
            case "acknowledge" -> {
                if (Boolean.TRUE.equals(result)) {
                    ((Collection<?>) arguments[1]).forEach(done -> acknowledged((Long) done));
                }
            }
            default -> {}
        }
        for (MessageKey key : List.copyOf(known.keySet())) {
            compare(life, key);
        }
        if (call.equals("record")) {
            compareReceipts();
        }
    }

    private void enqueued(NewMessage message) {
        MessageKey key = message.message().key();
        if (!known.containsKey(key)) {
            store().message(key).ifPresent(stored -> {
                known.put(key, stored);
                MessageKey other = messageIds.putIfAbsent(stored.messageId(), key);
                require(other == null, Invariant.BYTES_ARE_FIXED, "one Message-ID for " + other + " and " + key);
                boolean ours =
                        new ProxyMessageIds(simulation.storeId(), simulation.random()).isOurs(stored.messageId());
                require(ours, Invariant.BYTES_ARE_FIXED, "a Message-ID that cannot be recognised");
                seeEvents(key);
            });
        }
    }

    private void leased(Life life, LeaseBatch batch) {
        for (LeasedMessage leased : batch.messages()) {
            leases.put(MessageVersion.of(leased.message()), life);
        }
    }

    private void acknowledged(long sequence) {
        require(
                acceptedBySink.contains(sequence),
                Invariant.REPORTS_ARRIVE_IN_ORDER,
                "event " + sequence + " is acknowledged and no sink accepted it");
    }

    /** Hears the answer to an enqueue. */
    void answered(MessageKey key, String text, EnqueueResult result) {
        Optional<TrackedMessage> stored = store().message(key);
        if (result instanceof EnqueueResult.Rejected rejected) {
            simulation.violated(Invariant.ENQUEUE_IS_DURABLE, "a good message is rejected: " + rejected.reason());
            return;
        }
        require(stored.isPresent(), Invariant.ENQUEUE_IS_DURABLE, key + " was enqueued and is not there");
        if (stored.isEmpty()) {
            return;
        }
        boolean same = content(key).contains(text + "\r\n");
        boolean conflict = result instanceof EnqueueResult.Conflict;
        require(same != conflict, Invariant.IDENTITY_IS_KEPT, key + " with \"" + text + "\" gets the answer " + result);
        if (!conflict) {
            answeredTexts.put(key, text);
        }
    }

    /** Hears that an enqueue failed, of a message that was not there before. */
    void enqueueFailed(MessageKey key) {
        require(
                store().message(key).isEmpty() || answeredTexts.containsKey(key),
                Invariant.ENQUEUE_IS_DURABLE,
                "the enqueue of " + key + " failed and it is there");
    }

    /** Hears that a node begins to transmit. */
    Attempt transmits(Life life, String messageId, byte[] bytes) {
        MessageKey key = messageIds.get(messageId);
        Optional<TrackedMessage> stored = Optional.ofNullable(key).flatMap(store()::message);
        require(stored.isPresent(), Invariant.BYTES_ARE_FIXED, messageId + " is sent and was never stored");
        if (stored.isEmpty()) {
            return new Attempt(Optional.empty());
        }
        TrackedMessage message = stored.get();
        require(
                sha256(bytes).equals(message.contentSha256()),
                Invariant.BYTES_ARE_FIXED,
                key + " is sent with other bytes than were stored");
        MessageVersion lease = MessageVersion.of(message);
        require(
                message.state() == MessageState.SENDING && life.equals(leases.get(lease)),
                Invariant.ONE_NODE_TRANSMITS,
                life.name() + " transmits " + message + " without holding its lease");
        require(
                transmitted.add(lease),
                Invariant.ONE_NODE_TRANSMITS,
                life.name() + " transmits " + message + " twice under one lease");
        return new Attempt(Optional.of(lease));
    }

    /** Hears that a server took a message. */
    void taken(Life life, Attempt attempt, String messageId, List<String> recipients) {
        MessageKey key = messageIds.get(messageId);
        if (key == null || attempt.lease().isEmpty()) {
            return;
        }
        long resends = store().events(key).stream()
                .filter(event -> event.data().text("resend").isPresent())
                .count();
        for (String recipient : recipients) {
            int before = taken.computeIfAbsent(key, absent -> new HashMap<>()).merge(recipient, 1, Integer::sum) - 1;
            require(
                    before <= resends,
                    Invariant.NO_SILENT_RESEND,
                    life.name() + " sends " + key + " to " + recipient + " for the " + (before + 1)
                            + ". time; resent by decision: " + resends);
        }
        takenUnder
                .computeIfAbsent(attempt.lease().get(), absent -> new HashSet<>())
                .addAll(recipients);
    }

    /** Hears that a genuine receipt came into the mailbox of the account that sent its message. */
    void delivered(AccountKey mailbox, SimulatedReceipt receipt) {
        genuine.put(receipt.receiptId(), new Genuine(mailbox, receipt));
    }

    /** Hears of a receipt that must not count. */
    void forged(SimulatedReceipt receipt) {
        forged.add(receipt.receiptId());
    }

    /** Hears that the host got a report. */
    void reported(DeliveryReport report) {
        simulation.scan(report.toJson());
        Set<Long> earlier = new HashSet<>();
        for (ReportEntry entry : report.entries()) {
            for (MessageEvent event : store().events(entry.message())) {
                long sequence = event.sequence();
                require(
                        sequence >= entry.sequence() || earlier.contains(sequence) || acceptedBySink.contains(sequence),
                        Invariant.REPORTS_ARRIVE_IN_ORDER,
                        "event " + entry.sequence() + " is reported before event " + sequence);
            }
            earlier.add(entry.sequence());
        }
    }

    /** Hears that the host accepted an entry. */
    void sinkAccepted(long sequence) {
        acceptedBySink.add(sequence);
    }

    // ---------------------------------------- what the store shows

    private void compare(Life life, MessageKey key) {
        TrackedMessage before = known.get(key);
        Optional<TrackedMessage> found = store().message(key);
        require(found.isPresent(), Invariant.ENQUEUE_IS_DURABLE, key + " is gone");
        if (found.isEmpty() || found.get().equals(before)) {
            return;
        }
        TrackedMessage after = found.get();
        known.put(key, after);
        boolean fixed = after.messageId().equals(before.messageId())
                && after.contentSha256().equals(before.contentSha256())
                && after.envelopeFrom().equals(before.envelopeFrom())
                && after.account().equals(before.account());
        require(fixed, Invariant.BYTES_ARE_FIXED, key + " became another message");
        require(
                after.fingerprint().equals(before.fingerprint()) && after.sequence() == before.sequence(),
                Invariant.IDENTITY_IS_KEPT,
                key + " is not the message that was enqueued");
        simulation.scan(after.lastError());
        transition(life, before, after);
        legalState(after);
        seeEvents(key);
    }

    private void transition(Life life, TrackedMessage before, TrackedMessage after) {
        MessageVersion lease = MessageVersion.of(before);
        if (before.state() == MessageState.SENDING && after.version() != before.version()) {
            boolean holder = life.equals(leases.get(lease));
            boolean ended = after.state() == MessageState.IN_DOUBT
                    && before.deadline() != null
                    && !before.deadline().isAfter(simulation.time().instant());
            require(
                    holder || ended,
                    Invariant.ONE_NODE_TRANSMITS,
                    life.name() + " settles " + before + " as " + after.state() + " under a lease it does not hold");
            if (after.state().isWaiting() || after.state() == MessageState.FAILED) {
                Set<String> there = takenUnder.getOrDefault(lease, Set.of());
                require(
                        after.recipients().stream()
                                .filter(recipient -> there.contains(recipient.address()))
                                .noneMatch(Ledger::isDenied),
                        Invariant.NO_SILENT_RESEND,
                        after + ", but the server took it");
            }
        }
        if (before.state() == MessageState.IN_DOUBT && after.state() != MessageState.IN_DOUBT) {
            List<MessageEvent> events = store().events(after.key());
            boolean resolved = events.subList(eventsSeen.getOrDefault(after.key(), 0), events.size()).stream()
                    .anyMatch(event -> event.data().text("resolved_by").isPresent()
                            || event.data().text("resend").isPresent());
            require(
                    resolved,
                    Invariant.ONE_NODE_TRANSMITS,
                    life.name() + " makes " + after + " of a doubt that nothing has resolved");
        }
        require(
                before.state() != MessageState.IN_DOUBT || after.state() != MessageState.QUEUED,
                Invariant.NO_SILENT_RESEND,
                key(after) + " goes from doubt straight back to the queue");
        boolean anywhere = !taken.getOrDefault(after.key(), Map.of()).isEmpty();
        require(
                after.state() != MessageState.FAILED && after.state() != MessageState.CANCELLED || !anywhere,
                Invariant.NO_SILENT_RESEND,
                after + ", but a server has it");
    }

    private static boolean isDenied(RecipientStatus recipient) {
        return recipient.state() == RecipientState.PENDING || recipient.state() == RecipientState.FAILED;
    }

    private static String key(TrackedMessage message) {
        return message.key().toString();
    }

    private void legalState(TrackedMessage message) {
        if (!message.pec()) {
            return;
        }
        if (message.state() == MessageState.ACCEPTED) {
            requireProof(
                    message, "", "accettazione", "avvenuta-consegna", "errore-consegna", "preavviso-errore-consegna");
        }
        if (message.state() == MessageState.REJECTED) {
            requireProof(message, "", "non-accettazione");
        }
        for (RecipientStatus recipient : message.recipients()) {
            if (recipient.state() == RecipientState.DELIVERED) {
                requireProof(message, recipient.address(), "avvenuta-consegna");
            }
        }
    }

    private void requireProof(TrackedMessage message, String recipient, String... types) {
        boolean proven = genuine.values().stream()
                .map(Genuine::receipt)
                .filter(receipt -> receipt.messageId().equals(message.messageId()))
                .filter(receipt -> recipient.isEmpty() || receipt.recipient().equals(recipient))
                .anyMatch(receipt -> List.of(types).contains(receipt.type()));
        require(proven, Invariant.ONLY_PROOF_COUNTS, message + " " + recipient + " without any of " + List.of(types));
    }

    private void seeEvents(MessageKey key) {
        List<MessageEvent> events = store().events(key);
        int seen = eventsSeen.getOrDefault(key, 0);
        require(
                events.size() >= Math.max(1, seen) && events.get(0).type() == EventType.QUEUED,
                Invariant.ENQUEUE_IS_DURABLE,
                key + " lost events");
        for (MessageEvent event : events.subList(Math.min(seen, events.size()), events.size())) {
            simulation.scan(event.data().toJson());
            if (event.type().isPec() && event.type() != EventType.PEC_TIMEOUT) {
                seeReceiptEvent(event);
            }
        }
        eventsSeen.put(key, events.size());
    }

    private void seeReceiptEvent(MessageEvent event) {
        String id = event.data().text("receipt_message_id").orElse("");
        String recipient = event.data().text("recipient").orElse("");
        Genuine found = genuine.get(id);
        boolean proven = found != null
                && !forged.contains(id)
                && event.message().equals(messageIds.get(found.receipt().messageId()))
                && (found.receipt().type().equals("presa-in-carico")
                        || recipient.equals(found.receipt().recipient()));
        require(proven, Invariant.ONLY_PROOF_COUNTS, "an event of " + event.message() + " comes from " + id);
        if (found != null) {
            int count = eventsOfFacts.merge(found.receipt().facts(), 1, Integer::sum);
            require(
                    count == 1,
                    Invariant.ONE_EVENT_PER_RECEIPT,
                    "the receipt " + found.receipt().facts() + " became " + count + " events");
        }
    }

    private void compareReceipts() {
        List<ReceiptRecord> added = store().receipts(ReceiptFilter.ALL.after(receiptsSeen));
        for (ReceiptRecord record : added) {
            receiptsSeen = record.id();
            simulation.scan(record.reason());
            requireEvidence(record);
        }
    }

    private void requireEvidence(ReceiptRecord record) {
        boolean evidence = record.disposition() == Disposition.RECORDED
                || record.disposition() == Disposition.REFUSED
                || record.disposition() == Disposition.WAITING
                || record.disposition() == Disposition.REPEATED;
        if (evidence) {
            byte[] kept = store().receiptContent(record.id()).map(Ledger::read).orElse(new byte[0]);
            boolean real = SimulatedAccounts.ALL.stream()
                    .flatMap(account -> simulation.provider().folders(account).values().stream())
                    .flatMap(folder -> folder.mails().stream())
                    .anyMatch(mail -> java.util.Arrays.equals(mail.bytes(), kept));
            require(real, Invariant.EVIDENCE_IS_KEPT, "receipt " + record.id() + " is not kept as it came");
        }
    }

    // ---------------------------------------- from time to time, and at the end

    /** Looks at what no call to the store can change. */
    void checkMailboxes() {
        for (MailAccount account : SimulatedAccounts.ALL) {
            simulation
                    .provider()
                    .folders(account)
                    .forEach((name, folder) -> require(
                            folder.isUntouched(),
                            Invariant.MAILBOX_IS_UNTOUCHED,
                            account.key() + "/" + name + " is not as it was"));
        }
    }

    /** Tells whether nothing is left to wait for but what may never come. */
    boolean isSettled() {
        return known.keySet().stream()
                        .allMatch(key -> isSettled(store().message(key).orElseThrow()))
                && unread().isEmpty()
                && unreported().isEmpty();
    }

    private boolean isSettled(TrackedMessage message) {
        return switch (message.state()) {
            case QUEUED, SENDING, DEFERRED -> false;
            // Either held for a person, or for a mailbox that never answers.
            case IN_DOUBT ->
                message.deadline() == null
                        || message.account().equals(SimulatedAccounts.DEAD.key().id());
            default -> true;
        };
    }

    private Set<String> unread() {
        Set<String> unread = new LinkedHashSet<>();
        for (MailAccount account : List.of(SimulatedAccounts.RESENDING, SimulatedAccounts.HOLDING)) {
            simulation.provider().folders(account).forEach((name, folder) -> {
                long read = store().cursor(new MailboxKey(account.key(), name))
                        .filter(cursor -> cursor.uidValidity() == folder.uidValidity())
                        .map(cursor -> cursor.lastUid())
                        .orElse(0L);
                if (folder.mails().stream().anyMatch(mail -> mail.uid() > read)) {
                    unread.add(account.key() + "/" + name + " from " + read);
                }
            });
        }
        return unread;
    }

    private Set<Long> unreported() {
        Set<Long> unreported = new LinkedHashSet<>();
        known.keySet()
                .forEach(key -> store().events(key).stream()
                        .map(MessageEvent::sequence)
                        .filter(sequence -> !acceptedBySink.contains(sequence))
                        .forEach(unreported::add));
        return unreported;
    }

    /** Looks at everything, long after the last fault. */
    void checkTheEnd() {
        require(unread().isEmpty(), Invariant.NOTHING_STOPS_OTHERS, "mailboxes are not read to their end: " + unread());
        known.keySet().stream()
                .map(key -> store().message(key).orElseThrow())
                .forEach(message -> require(
                        isSettled(message), Invariant.NOTHING_STOPS_OTHERS, message + " never comes to an end"));
        require(
                unreported().isEmpty(),
                Invariant.REPORTS_ARRIVE_IN_ORDER,
                "events were never reported: " + unreported());
        answeredTexts.forEach((key, text) -> require(
                content(key).contains(text), Invariant.IDENTITY_IS_KEPT, key + " has another text than was enqueued"));
        known.values().forEach(message -> {
            byte[] kept = store().content(message.key()).map(Ledger::read).orElse(new byte[0]);
            require(
                    sha256(kept).equals(message.contentSha256()),
                    Invariant.EVIDENCE_IS_KEPT,
                    message + " is not kept as it was sent");
        });
        genuine.values().stream()
                .map(Genuine::receipt)
                .forEach(receipt -> require(
                        eventsOfFacts.getOrDefault(receipt.facts(), 0) == 1,
                        Invariant.ONE_EVENT_PER_RECEIPT,
                        "the receipt " + receipt.facts() + " became no event"));
        for (ReceiptRecord record : store().receipts(ReceiptFilter.ALL)) {
            requireEvidence(record);
            require(
                    record.receiptMessageId() == null
                            || !forged.contains(record.receiptMessageId())
                            || record.disposition() == Disposition.REFUSED
                            || record.disposition() == Disposition.FOREIGN
                            || record.disposition() == Disposition.ORPHANED
                            || record.disposition() == Disposition.REPEATED,
                    Invariant.ONLY_PROOF_COUNTS,
                    "a receipt without proof is " + record.disposition());
        }
    }

    private String content(MessageKey key) {
        return store().content(key)
                .map(content -> new String(read(content), StandardCharsets.UTF_8))
                .orElse("");
    }

    static byte[] read(StoredContent content) {
        try (InputStream stream = content.open()) {
            return stream.readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
