package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves {@code suspend}, {@code activate} and {@code suspensions}, and that {@code lease} heeds them. */
interface SuspensionContract extends StoreUnderTest {
    SuspensionScope TENANT = new SuspensionScope.Tenant("default");
    SuspensionScope ACCOUNT_SCOPE = new SuspensionScope.Account(ACCOUNT);

    default SuspensionScope batch(String code) {
        return new SuspensionScope.Batch("default", code);
    }

    default void suspend(SuspensionScope scope) {
        store().suspend(new Suspension(scope, "why", NOW));
    }

    @Test
    default void hasNoSuspensionsAtFirst() {
        assertThat(store().suspensions()).isEmpty();
        assertThat(store().activate(TENANT)).isFalse();
    }

    @Test
    default void listsWhatIsSuspendedUntilItIsActivated() {
        Suspension tenant = new Suspension(TENANT, "The tenant has not paid. \uD83D\uDCB6", NOW);
        Suspension account = new Suspension(ACCOUNT_SCOPE, "", NOW.plusSeconds(1));
        Suspension batch = new Suspension(batch("50%"), "why\nnot", NOW.plusNanos(1_999_999));
        store().suspend(tenant);
        store().suspend(account);
        store().suspend(batch);

        assertThat(store().suspensions())
                .containsExactlyInAnyOrder(
                        tenant, account, new Suspension(batch.scope(), batch.reason(), NOW.plusMillis(1)));

        assertThat(store().activate(ACCOUNT_SCOPE)).isTrue();
        assertThat(store().activate(ACCOUNT_SCOPE)).isFalse();
        assertThat(store().suspensions()).extracting(Suspension::scope).containsExactlyInAnyOrder(TENANT, batch("50%"));
    }

    @Test
    default void replacesTheReasonAndKeepsSinceWhen() {
        store().suspend(new Suspension(TENANT, "First.", NOW));

        store().suspend(new Suspension(TENANT, "Second.", NOW.plusSeconds(60)));

        assertThat(store().suspensions()).containsExactly(new Suspension(TENANT, "Second.", NOW));
    }

    @Test
    default void keepsTheRefusedSettingsOfASuspensionUntilAnotherReplacesIt() {
        Suspension refused = new Suspension(ACCOUNT_SCOPE, "535 refused", NOW, "pbkdf2-1:" + "a".repeat(191));
        store().suspend(refused);
        assertThat(store().suspensions()).containsExactly(refused);

        store().suspend(new Suspension(ACCOUNT_SCOPE, "not before Monday", NOW));
        assertThat(store().suspensions()).containsExactly(new Suspension(ACCOUNT_SCOPE, "not before Monday", NOW));

        store().suspend(refused);
        assertThat(store().suspensions()).containsExactly(refused);
    }

    @Test
    default void tellsScopesApartExactly() {
        List<SuspensionScope> scopes = List.of(
                new SuspensionScope.Tenant("a"),
                new SuspensionScope.Tenant("A"),
                new SuspensionScope.Tenant("a%"),
                new SuspensionScope.Account(new AccountKey("a", "a")),
                new SuspensionScope.Account(new AccountKey("a", "A")),
                new SuspensionScope.Account(new AccountKey("b", "a")),
                new SuspensionScope.Batch("a", "a"),
                new SuspensionScope.Batch("a", "á"),
                new SuspensionScope.Batch("a", "_"),
                new SuspensionScope.Batch("b", "a"));
        scopes.forEach(this::suspend);
        assertThat(store().suspensions()).extracting(Suspension::scope).containsExactlyInAnyOrderElementsOf(scopes);

        for (SuspensionScope scope : scopes) {
            assertThat(store().activate(scope)).isTrue();
            assertThat(store().activate(scope)).isFalse();
        }

        assertThat(store().suspensions()).isEmpty();
    }

    @Test
    default void leasesNothingOfASuspendedTenant() {
        enqueueAll(message("1"), message("2").account("other"), message("1").tenant("other"));
        suspend(TENANT);

        assertThat(leasedIds(10)).isEmpty();
        assertThat(lease(new AccountKey("default", "other"), 10, NOW)).isEmpty();
        assertThat(lease(new AccountKey("other", "acc"), 10, NOW)).hasSize(1);

        store().activate(TENANT);
        assertThat(leasedIds(10)).containsExactly("1");
    }

    @Test
    default void leasesNothingOfASuspendedAccount() {
        enqueueAll(message("1"), message("2").account("other"), message("1").tenant("other"));
        suspend(ACCOUNT_SCOPE);

        assertThat(leasedIds(10)).isEmpty();
        assertThat(lease(new AccountKey("default", "other"), 10, NOW)).hasSize(1);
        assertThat(lease(new AccountKey("other", "acc"), 10, NOW)).hasSize(1);

        store().activate(ACCOUNT_SCOPE);
        assertThat(leasedIds(10)).containsExactly("1");
    }

    @Test
    default void leasesNothingOfASuspendedBatch() {
        enqueueAll(
                message("1").batch("held"),
                message("2"),
                message("3").batch("other"),
                message("4").batch("held").priority(Priority.IMMEDIATE),
                message("5").account("other").batch("held"),
                message("6").tenant("other").batch("held"));
        suspend(batch("held"));

        assertThat(leasedIds(10)).containsExactly("2", "3");
        assertThat(lease(new AccountKey("default", "other"), 10, NOW)).isEmpty();
        assertThat(lease(new AccountKey("other", "acc"), 10, NOW)).hasSize(1);

        store().activate(batch("held"));
        assertThat(leasedIds(10)).containsExactly("4", "1");
        assertThat(lease(new AccountKey("default", "other"), 10, NOW)).hasSize(1);
    }

    @Test
    default void holdsBackTheRestOfABatchThatIsOnItsWay() {
        AccountKey other = new AccountKey("other", "acc");
        enqueueAll(
                message("1").batch("held"),
                message("2").batch("held"),
                message("3"),
                message("4").batch("held"));
        enqueueAll(
                message("1").tenant("other").batch("held"),
                message("2").tenant("other").batch("held"));
        assertThat(leasedIds(1)).containsExactly("1");
        assertThat(ids(lease(other, 1, NOW))).containsExactly("1");

        suspend(batch("held"));

        assertThat(leasedIds(10)).containsExactly("3");
        assertThat(ids(lease(other, 10, NOW)))
                .as("the batch of another tenant goes on")
                .containsExactly("2");
        store().activate(batch("held"));
        assertThat(leasedIds(10)).containsExactly("2", "4");
    }

    @Test
    default void comparesBatchCodesExactly() {
        enqueueAll(
                message("1").batch("50%"),
                message("2").batch("500"),
                message("3").batch("a_c"),
                message("4").batch("abc"),
                message("5").batch("Case"),
                message("6").batch("case"),
                message("7").batch("%"),
                message("8").batch("caffè"),
                message("9").batch("caffe"));
        for (String code : List.of("50%", "a_c", "Case", "%", "caffe")) {
            suspend(batch(code));
        }

        assertThat(leasedIds(20)).containsExactly("2", "4", "6", "8");
    }

    @Test
    default void releasesOnlyWhatNoOtherSuspensionHolds() {
        enqueue(message("1").batch("held"));
        suspend(TENANT);
        suspend(ACCOUNT_SCOPE);
        suspend(batch("held"));

        store().activate(TENANT);
        assertThat(leasedIds(10)).isEmpty();
        store().activate(batch("held"));
        assertThat(leasedIds(10)).isEmpty();
        store().activate(ACCOUNT_SCOPE);
        assertThat(leasedIds(10)).containsExactly("1");
    }

    @Test
    default void holdsBackWhatIsEnqueuedOrDeferredLater() {
        enqueue(message("on the wire"));
        TrackedMessage leased = leaseOne();
        suspend(TENANT);
        TrackedMessage later = enqueue(message("later"));

        assertThat(current(leased).state()).as("what is on the wire goes on").isEqualTo(MessageState.SENDING);
        assertThat(store().apply(List.of(ChangeFixture.deferred(leased, NOW, NOW)), NOW))
                .isEmpty();
        assertThat(leasedIds(10)).isEmpty();
        assertThat(current(later).state()).isEqualTo(MessageState.QUEUED);

        store().activate(TENANT);
        assertThat(leasedIds(10)).containsExactly("on the wire", "later");
    }

    @Test
    default void changesNoMessageBySuspending() {
        TrackedMessage message = enqueue(message("one"));
        suspend(TENANT);
        store().activate(TENANT);

        assertThat(current(message)).isEqualTo(message);
        assertThat(store().events(message.key())).hasSize(1);
    }

    @Test
    default void findsWhatMayGoBehindALargeSuspendedBatch() {
        List<NewMessage> held = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            held.add(message("held " + i).batch("held").priority(Priority.HIGH).build());
        }
        store().enqueue(held);
        enqueue(message("free"));
        suspend(batch("held"));

        assertThat(leasedIds(3)).containsExactly("free");
        store().activate(batch("held"));
        assertThat(leasedIds(2)).containsExactly("held 0", "held 1");
    }
}
