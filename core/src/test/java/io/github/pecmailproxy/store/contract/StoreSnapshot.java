package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.StoredContent;
import io.github.pecmailproxy.store.Suspension;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that can be seen in a small store, to compare before and after. Immutable.
 *
 * @since 0.1.0
 */
record StoreSnapshot(
        String id,
        List<TrackedMessage> messages,
        Map<MessageKey, List<MessageEvent>> events,
        Map<MessageKey, String> contents,
        List<ReceiptRecord> receipts,
        Map<Long, String> receiptContents,
        Map<MailboxKey, MailboxCursor> cursors,
        Map<String, List<PendingReport>> pending,
        Set<Suspension> suspensions,
        Set<StoredAccount> accounts) {
    /** Later than anything is put off to. */
    private static final Instant LATE = Instant.parse("2099-12-31T00:00:00Z");

    static StoreSnapshot of(EventStore store, Collection<String> sinks, Collection<MailboxKey> mailboxes) {
        List<TrackedMessage> messages = store.messages(MessageFilter.ALL);
        Map<MessageKey, List<MessageEvent>> events = new HashMap<>();
        Map<MessageKey, String> contents = new HashMap<>();
        for (TrackedMessage message : messages) {
            events.put(message.key(), store.events(message.key()));
            contents.put(message.key(), hash(store.content(message.key()).orElseThrow()));
        }
        List<ReceiptRecord> receipts = store.receipts(ReceiptFilter.ALL);
        Map<Long, String> receiptContents = new HashMap<>();
        for (ReceiptRecord receipt : receipts) {
            store.receiptContent(receipt.id()).ifPresent(content -> receiptContents.put(receipt.id(), hash(content)));
        }
        Map<MailboxKey, MailboxCursor> cursors = new HashMap<>();
        for (MailboxKey mailbox : mailboxes) {
            store.cursor(mailbox).ifPresent(cursor -> cursors.put(mailbox, cursor));
        }
        Map<String, List<PendingReport>> pending = new HashMap<>();
        for (String sink : sinks) {
            List<PendingReport> reports = new ArrayList<>();
            store.tenantsToReport(sink, LATE).stream()
                    .sorted()
                    .forEach(tenant -> reports.addAll(store.pendingReports(sink, tenant, LATE, 10_000)));
            pending.put(sink, reports);
        }
        return new StoreSnapshot(
                store.id(),
                messages,
                events,
                contents,
                receipts,
                receiptContents,
                cursors,
                pending,
                new HashSet<>(store.suspensions()),
                new HashSet<>(store.accounts()));
    }

    private static String hash(StoredContent content) {
        try (InputStream in = content.open()) {
            return Sha256.hex(in.readAllBytes());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
