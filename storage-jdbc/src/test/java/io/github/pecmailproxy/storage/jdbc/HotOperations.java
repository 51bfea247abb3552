package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.ChangeFixture.delivered;
import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptUnit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Does once what the engine does all day, on a store that has grown, so that each operation can be watched. */
final class HotOperations {
    private static final AccountKey ACCOUNT = new AccountKey("default", "acc");
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final String SINK = "sink";

    private final EventStore store;
    private final Watcher watcher;

    /** Watches an operation while it is done. */
    interface Watcher {
        <T> T watch(String what, Supplier<T> operation);
    }

    HotOperations(EventStore store, Watcher watcher) {
        this.store = store;
        this.watcher = watcher;
    }

    /**
     * Enqueues, leases, settles, records and reports a wave of messages.
     *
     * @param wave what tells its messages from those of others
     */
    void passOn(String wave) {
        List<NewMessage> given = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            given.add(message(wave + "-" + i).build());
        }
        watcher.watch("enqueue", () -> store.enqueue(given));
        List<LeaseBatch> leased = watcher.watch(
                "lease",
                () -> store.lease(List.of(new LeaseRequest(ACCOUNT, 100, List.of())), NOW, NOW.plusSeconds(60)));
        List<TrackedMessage> messages =
                leased.get(0).messages().stream().map(each -> each.message()).toList();
        assertThat(messages).hasSize(100);
        assertThat(watcher.watch(
                        "settle",
                        () -> store.apply(
                                messages.stream().map(each -> sent(each, NOW)).toList(), NOW)))
                .isEmpty();
        watcher.watch("overdue", () -> store.overdue(NOW.plusSeconds(600), 100));
        List<TrackedMessage> known = watcher.watch(
                "by Message-ID",
                () -> store.messagesByMessageId(ACCOUNT, List.of(messages.get(0).messageId())));
        String id = known.get(0).key().id();
        ReceiptUnit unit = new ReceiptUnit(
                null,
                List.of(receipt(id)
                        .message(known.get(0).key())
                        .eventKey("e" + id)
                        .build()),
                List.of(),
                List.of(delivered(known.get(0), NOW)),
                List.of());
        watcher.watch("known receipts", () -> store.knownReceipts(ACCOUNT, List.of("f".repeat(64)), List.of("k1")));
        assertThat(watcher.watch("record", () -> store.record(unit, NOW))).isTrue();
        // As many batches as hold the events of the wave.
        for (int batch = 0; batch < 3; batch++) {
            List<PendingReport> reports =
                    watcher.watch("reports", () -> store.pendingReports(SINK, "default", NOW.plusSeconds(600), 100));
            assertThat(reports).isNotEmpty();
            List<Long> done =
                    reports.stream().map(each -> each.event().sequence()).toList();
            watcher.watch("acknowledge", () -> store.acknowledge(SINK, done, List.of(), null));
        }
    }

    /** Asks for everything about one message that was there before. */
    void ask(MessageKey grown) {
        assertThat(watcher.watch("message", () -> store.message(grown))).isPresent();
        assertThat(watcher.watch("events", () -> store.events(grown))).hasSize(4);
        assertThat(watcher.watch("content", () -> store.content(grown))).isPresent();
        assertThat(watcher.watch("receipts of a message", () -> store.receipts(ReceiptFilter.ALL.ofMessage(grown))))
                .hasSize(1);
    }

    /** Asks for a page of a list. */
    void page() {
        assertThat(watcher.watch(
                        "page",
                        () -> store.messages(MessageFilter.ALL
                                .ofTenant("default")
                                .ofAccount("acc")
                                .limit(100))))
                .hasSize(100);
    }

    /** Deletes some of what is old. */
    void purge() {
        assertThat(watcher.watch("purge", () -> store.purge(new PurgeRequest(NOW, NOW, 250))))
                .isEqualTo(250);
    }
}
