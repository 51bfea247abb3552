package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Proves {@code clock}, {@code id} and {@code close}. */
interface IdentityContract extends StoreUnderTest {
    @Test
    default void namesAClock() {
        assertThat(store().clock()).isNotNull();
        assertThat(store().clock().instant()).isNotNull();
    }

    @Test
    default void hasAnIdentityThatFitsIntoAMessageId() {
        assertThat(store().id()).matches("[a-z0-9]{16,64}").isEqualTo(store().id());
    }

    @Test
    default void doesNothingWhenClosedTwice() {
        store().close();
        store().close();
    }

    @TestFactory
    default Iterable<DynamicTest> throwsStoreExceptionOnceClosed() {
        EventStore store = store();
        TrackedMessage message = enqueue(message("before"));
        SuspensionScope scope = new SuspensionScope.Account(ACCOUNT);
        ExclusiveLease lease = store.acquire("mailbox", "owner", NOW, UNTIL).orElseThrow();
        store.close();

        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("enqueue", () -> store.enqueue(List.of(message("after").build())));
        calls.put("lease", () -> store.lease(List.of(new LeaseRequest(ACCOUNT, 1, List.of())), NOW, UNTIL));
        calls.put("extendLeases", () -> store.extendLeases(List.of(MessageVersion.of(message)), UNTIL));
        calls.put("apply", () -> store.apply(List.of(ChangeFixture.cancelled(message, NOW)), NOW));
        calls.put("overdue", () -> store.overdue(NOW, 1));
        calls.put("message", () -> store.message(message.key()));
        calls.put("messages", () -> store.messages(MessageFilter.ALL));
        calls.put("messagesByMessageId", () -> store.messagesByMessageId(ACCOUNT, List.of(message.messageId())));
        calls.put("messagesByProviderMessageId", () -> store.messagesByProviderMessageId(ACCOUNT, List.of("p")));
        calls.put("content", () -> store.content(message.key()));
        calls.put("events", () -> store.events(message.key()));
        calls.put("record", () -> store.record(unit(receipt("r").build()), NOW));
        calls.put("knownReceipts", () -> store.knownReceipts(ACCOUNT, List.of("f"), List.of("e")));
        calls.put("receipts", () -> store.receipts(ReceiptFilter.ALL));
        calls.put("receiptContent", () -> store.receiptContent(1));
        calls.put("cursor", () -> store.cursor(INBOX));
        calls.put("acquire", () -> store.acquire("mailbox", "owner", NOW, UNTIL));
        calls.put("release", () -> store.release(lease));
        calls.put("registerSink", () -> store.registerSink("sink"));
        calls.put("tenantsToReport", () -> store.tenantsToReport("sink", NOW));
        calls.put("pendingReports", () -> store.pendingReports("sink", "default", NOW, 1));
        calls.put("acknowledge", () -> store.acknowledge("sink", List.of(1L), List.of(), null));
        calls.put("suspend", () -> store.suspend(new Suspension(scope, "why", NOW)));
        calls.put("activate", () -> store.activate(scope));
        calls.put("suspensions", store::suspensions);
        calls.put("statistics", () -> store.statistics(NOW));
        calls.put("purge", () -> store.purge(new PurgeRequest(NOW, NOW, 1)));
        calls.put("purgeUnrelated", () -> store.purgeUnrelated(NOW, 1));
        calls.put("saveAccount", () -> store.saveAccount(new StoredAccount(ACCOUNT, "{}", NOW)));
        calls.put("accounts", store::accounts);
        calls.put("deleteAccount", () -> store.deleteAccount(ACCOUNT));
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(
                        call.getKey(), () -> assertThatThrownBy(call.getValue()).isInstanceOf(StoreException.class)))
                .toList();
    }
}
