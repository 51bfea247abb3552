package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.internal.receipt.FetchedMail;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** As much of a store as reading mailboxes needs: leases, cursors and what was made of mails. What it holds survives any poller. Thread-safe. */
final class FakeStore {
    private final Steps steps;
    private final Map<String, ExclusiveLease> leases = new HashMap<>();
    private final Map<MailboxKey, MailboxCursor> cursors = new HashMap<>();
    private final TreeMap<Long, ReceiptRecord> receipts = new TreeMap<>();
    private final EventStore asStore;
    private long lastToken;

    FakeStore(Steps steps) {
        this.steps = steps;
        this.asStore = (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(),
                new Class<?>[] {EventStore.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "acquire" ->
                        acquire((String) arguments[0], (String) arguments[1], (Instant) arguments[2], (Instant)
                                arguments[3]);
                    case "release" -> {
                        release((ExclusiveLease) arguments[0]);
                        yield null;
                    }
                    case "receipts" -> receipts((ReceiptFilter) arguments[0]);
                    case "cursor" -> cursor((MailboxKey) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    EventStore asStore() {
        return asStore;
    }

    private synchronized Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until) {
        steps.step("acquire");
        ExclusiveLease held = leases.get(resource);
        boolean sameOwner = held != null && held.owner().equals(owner);
        if (held != null && !sameOwner && held.until().isAfter(now)) {
            return Optional.empty();
        }
        long token = sameOwner ? held.token() : ++lastToken;
        ExclusiveLease granted = new ExclusiveLease(resource, owner, token, until);
        leases.put(resource, granted);
        return Optional.of(granted);
    }

    private synchronized void release(ExclusiveLease lease) {
        steps.step("release");
        ExclusiveLease held = leases.get(lease.resource());
        if (held != null && held.token() == lease.token()) {
            leases.remove(lease.resource());
        }
    }

    synchronized Optional<MailboxCursor> cursor(MailboxKey mailbox) {
        return Optional.ofNullable(cursors.get(mailbox));
    }

    /** Keeps what was made of a mail, after all that was kept before, as if it was read when it arrived. */
    synchronized void keep(FetchedMail mail, Disposition disposition) {
        long id = receipts.isEmpty() ? 1_000 : Math.max(1_000, receipts.lastKey() + 1);
        receipts.put(
                id,
                new ReceiptRecord(
                        id,
                        mail.mailbox(),
                        mail.uidValidity(),
                        mail.uid(),
                        mail.arrivedAt(),
                        Objects.requireNonNullElse(mail.arrivedAt(), Instant.EPOCH),
                        "",
                        mail.size(),
                        null,
                        "receipt",
                        null,
                        null,
                        null,
                        null,
                        Verdict.TRUSTED,
                        List.of(),
                        disposition,
                        "",
                        null,
                        null,
                        false));
    }

    /** Judges anew whatever was taken for something. */
    synchronized void becomes(Disposition before, Disposition after) {
        receipts.replaceAll((id, record) -> record.disposition() == before
                ? record.judged(record.verdict(), record.problems(), after, "", record.message(), record.eventKey())
                : record);
    }

    synchronized void skip(ReceiptRecord record) {
        receipts.put(record.id(), record);
    }

    synchronized void wasRead(ReceiptRecord record) {
        receipts.remove(record.id());
    }

    private synchronized List<ReceiptRecord> receipts(ReceiptFilter filter) {
        return receipts.tailMap(filter.after() + 1).values().stream()
                .filter(record ->
                        filter.dispositions().isEmpty() || filter.dispositions().contains(record.disposition()))
                .limit(filter.limit())
                .toList();
    }

    /** Moves cursors if the lease is still held. */
    synchronized boolean commit(ExclusiveLease lease, List<MailboxCursor> moved) {
        ExclusiveLease held = leases.get(lease.resource());
        if (held == null || held.token() != lease.token()) {
            return false;
        }
        moved.forEach(cursor -> cursors.put(cursor.mailbox(), cursor));
        return true;
    }
}
