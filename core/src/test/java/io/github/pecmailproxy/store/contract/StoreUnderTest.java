package io.github.pecmailproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The store that the tests of one room of the contract speak to, and the words they use.
 *
 * @since 0.1.0
 */
interface StoreUnderTest {
    /** The time at which a test happens unless it says otherwise; no multiple of any window of a rate limit. */
    Instant NOW = Instant.parse("2026-03-02T10:15:30.123Z");

    /** The end of the leases unless a test says otherwise. */
    Instant UNTIL = NOW.plusSeconds(600);

    /** The account of every message unless a test says otherwise. */
    AccountKey ACCOUNT = new AccountKey(MessageKey.DEFAULT_TENANT, "acc");

    /** The inbox of that account. */
    MailboxKey INBOX = new MailboxKey(ACCOUNT, "INBOX");

    /**
     * Returns the store, fresh and empty when the test began.
     *
     * @return the store, never null
     */
    EventStore store();

    /**
     * Opens another handle on the data of {@link #store()}; it is closed after the test.
     *
     * @return the handle, or empty when the store has one handle only
     */
    Optional<EventStore> anotherHandle();

    /**
     * Tells whether {@link EventStore#statistics} counts exactly.
     *
     * @return false if its figures are approximate
     */
    boolean countsExactly();

    default TrackedMessage enqueue(MessageFixture fixture) {
        return enqueue(fixture.build());
    }

    default TrackedMessage enqueue(NewMessage message) {
        return stored(store().enqueue(List.of(message)).get(0));
    }

    default List<TrackedMessage> enqueueAll(MessageFixture... fixtures) {
        return store()
                .enqueue(Arrays.stream(fixtures).map(MessageFixture::build).toList())
                .stream()
                .map(this::stored)
                .toList();
    }

    default TrackedMessage stored(EnqueueOutcome outcome) {
        assertThat(outcome).isInstanceOf(EnqueueOutcome.Stored.class);
        return ((EnqueueOutcome.Stored) outcome).message();
    }

    default TrackedMessage current(TrackedMessage message) {
        return current(message.key());
    }

    default TrackedMessage current(MessageKey key) {
        return store().message(key).orElseThrow();
    }

    default List<LeasedMessage> lease(AccountKey account, int limit, Instant now) {
        return leaseBatch(account, limit, now).messages();
    }

    default LeaseBatch leaseBatch(AccountKey account, int limit, Instant now, RateLimit... rateLimits) {
        List<LeaseBatch> batches = store().lease(
                        List.of(new LeaseRequest(account, limit, List.of(rateLimits))), now, now.plusSeconds(600));
        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).account()).isEqualTo(account);
        return batches.get(0);
    }

    default List<String> leasedIds(int limit) {
        return ids(lease(ACCOUNT, limit, NOW));
    }

    default TrackedMessage leaseOne() {
        List<LeasedMessage> leased = lease(ACCOUNT, 1, NOW);
        assertThat(leased).hasSize(1);
        return leased.get(0).message();
    }

    default List<String> ids(List<LeasedMessage> leased) {
        return leased.stream().map(one -> one.message().key().id()).toList();
    }

    default List<String> idsOf(List<TrackedMessage> messages) {
        return messages.stream().map(message -> message.key().id()).toList();
    }

    /** Applies a change that must be accepted and returns the message after it. */
    default TrackedMessage applied(MessageChange change) {
        return applied(change, NOW);
    }

    default TrackedMessage applied(MessageChange change, Instant recordedAt) {
        assertThat(store().apply(List.of(change), recordedAt)).isEmpty();
        return current(change.message());
    }

    /** Takes a message through lease and transmission to its delivery, which finishes it. */
    default TrackedMessage finish(TrackedMessage message, Instant at) {
        return applied(ChangeFixture.delivered(applied(ChangeFixture.sent(message, at), at), at), at);
    }

    default ReceiptUnit unit(NewReceipt... receipts) {
        return new ReceiptUnit(null, List.of(receipts), List.of(), List.of(), List.of());
    }

    /** Records one receipt that must be accepted and returns its record. */
    default ReceiptRecord recorded(ReceiptFixture fixture) {
        assertThat(store().record(unit(fixture.build()), NOW)).isTrue();
        List<ReceiptRecord> all = store().receipts(ReceiptFilter.ALL);
        return all.get(all.size() - 1);
    }

    default List<NewEvent> withoutSequences(List<MessageEvent> events) {
        return events.stream()
                .map(event -> new NewEvent(event.type(), event.time(), event.data()))
                .toList();
    }

    default List<PendingReport> pending(String sink) {
        return pending(sink, MessageKey.DEFAULT_TENANT, NOW);
    }

    default List<PendingReport> pending(String sink, String tenant, Instant now) {
        return store().pendingReports(sink, tenant, now, 10_000);
    }

    default List<Long> sequences(List<PendingReport> reports) {
        return reports.stream().map(report -> report.event().sequence()).toList();
    }

    default void acknowledgeEverything(String sink, String tenant) {
        List<Long> done = sequences(pending(sink, tenant, NOW));
        assertThat(store().acknowledge(sink, done, List.of(), null)).isTrue();
    }

    default byte[] contentOf(MessageKey key) {
        return bytes(store().content(key).orElseThrow());
    }

    default byte[] bytes(StoredContent content) {
        try (InputStream in = content.open()) {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
