package io.github.pecmailproxy.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the metrics hear of what passes through the store. */
class MeteredStoreTest {
    private static final AccountKey ACCOUNT = Samples.pecAccount().key();

    private final SettableClock clock = new SettableClock();
    private final FakeStore fake = new FakeStore(clock);
    private final Heard heard = new Heard();
    private final MeteredStore store = new MeteredStore(fake, heard);

    @Test
    void tellsOfEveryEventThatWasStored() {
        TrackedMessage message = fake.put(Samples.pecMessage("m1", "anna@pec.example"));
        store.apply(List.of(change(message, EventType.SENT, EventType.PEC_RELAY)), clock.instant());
        assertThat(heard.told).containsExactly("default/pec sent", "default/pec pec_relay");
    }

    @Test
    void tellsNothingOfAChangeThatWasRefused() {
        MessageChange stale = overtaken();
        assertThat(store.apply(List.of(stale), clock.instant()))
                .containsExactly(stale.message().key());
        assertThat(heard.told).isEmpty();
    }

    @Test
    void tellsHowLongAcceptanceAndDeliveryTook() {
        TrackedMessage sent = sent();
        Instant sentAt = clock.instant();
        MessageChange accepted = change(sent, sentAt.plusSeconds(7), EventType.PEC_ACCEPTANCE);
        MessageChange delivered =
                change(accepted.message(), sentAt.plusSeconds(90), EventType.PEC_DELIVERY, EventType.PEC_DELIVERY);
        store.record(
                new ReceiptUnit(null, List.of(), List.of(), List.of(accepted, delivered), List.of()), clock.instant());
        assertThat(heard.told)
                .containsExactly(
                        "default/pec pec_acceptance",
                        "accepted PT7S",
                        "default/pec pec_delivery",
                        "delivered PT1M30S",
                        "default/pec pec_delivery",
                        "delivered PT1M30S");
    }

    @Test
    void takesACertifiedTimeBeforeTheSendingForAtOnce() {
        MessageChange accepted = change(sent(), clock.instant().minusSeconds(3), EventType.PEC_ACCEPTANCE);
        store.apply(List.of(accepted), clock.instant());
        assertThat(heard.told).contains("accepted PT0S");
    }

    @Test
    void tellsNothingOfAUnitThatWasNotStored() {
        ReceiptUnit unit = new ReceiptUnit(null, List.of(), List.of(), List.of(overtaken()), List.of());
        assertThat(store.record(unit, clock.instant())).isFalse();
        assertThat(heard.told).isEmpty();
    }

    @Test
    void tellsOnceInEachWindowThatARateLimitHoldsBack() {
        fake.put(Samples.pecMessage("m1", "anna@pec.example"));
        fake.put(Samples.pecMessage("m2", "anna@pec.example"));
        for (int i = 0; i < 3; i++) {
            lease();
        }
        assertThat(heard.told).containsExactly("default/pec limited");
    }

    @Test
    void tellsHowLongEveryOperationTook() {
        store.messages(MessageFilter.ALL);
        fake.before(operation -> {
            throw new RetryableStoreException("away", null);
        });
        assertThatThrownBy(() -> store.apply(
                        List.of(change(Samples.pecMessage("m1", "anna@pec.example"), EventType.SENT)), clock.instant()))
                .hasMessage("away");
        assertThat(heard.calls).containsExactly("messages true", "apply false");
    }

    @Test
    void passesEveryOperationOnWithAllThatItWasGiven() throws ReflectiveOperationException {
        List<String> reached = new ArrayList<>();
        EventStore recording = (EventStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    reached.add(signature(method));
                    return emptyOf(method.getReturnType());
                });
        MeteredStore passing = new MeteredStore(recording, MailProxyMetrics.none());
        Set<String> all = new TreeSet<>();
        for (Method method : EventStore.class.getMethods()) {
            all.add(signature(method));
            Object[] arguments = Arrays.stream(method.getParameterTypes())
                    .map(MeteredStoreTest::emptyOf)
                    .toArray();
            method.invoke(passing, arguments);
        }
        assertThat(reached).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void metricsThatFailDisturbNothing() {
        TrackedMessage message = fake.put(Samples.pecMessage("m1", "anna@pec.example"));
        MeteredStore guarded = new MeteredStore(fake, new GuardedMetrics(new Failing()));
        assertThat(guarded.apply(List.of(change(message, EventType.SENT)), clock.instant()))
                .isEmpty();
        assertThat(fake.events(message.key())).hasSize(1);
    }

    /** A change to a message that changed meanwhile. */
    private MessageChange overtaken() {
        TrackedMessage sent = sent();
        fake.apply(List.of(change(sent, EventType.PEC_RELAY)), clock.instant());
        return change(sent, EventType.PEC_ACCEPTANCE);
    }

    private void lease() {
        RateLimit one = RateLimit.perMinute(1);
        store.lease(
                List.of(new LeaseRequest(ACCOUNT, 5, List.of(one))),
                clock.instant(),
                clock.instant().plusSeconds(60));
    }

    private TrackedMessage sent() {
        return fake.put(Samples.pecMessage("m1", "anna@pec.example")
                .next()
                .sentAt(clock.instant())
                .build());
    }

    private MessageChange change(TrackedMessage message, EventType... types) {
        return change(message, clock.instant(), types);
    }

    private static MessageChange change(TrackedMessage message, Instant time, EventType... types) {
        return new MessageChange(
                message.next().build(),
                Arrays.stream(types)
                        .map(type -> new NewEvent(type, time, EventData.NONE))
                        .toList());
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.toList());
    }

    private static Object emptyOf(Class<?> type) {
        if (type == List.class || type == Collection.class) {
            return List.of();
        }
        if (type == Set.class) {
            return Set.of();
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        return type == Optional.class ? Optional.empty() : null;
    }

    /** Writes down what it hears. */
    private static final class Heard implements MailProxyMetrics {
        private final List<String> told = new ArrayList<>();
        private final List<String> calls = new ArrayList<>();

        @Override
        public void happened(AccountKey account, EventType event) {
            told.add(account + " " + event.wireName());
        }

        @Override
        public void rateLimited(AccountKey account) {
            told.add(account + " limited");
        }

        @Override
        public void accepted(AccountKey account, Duration sinceSent) {
            told.add("accepted " + sinceSent);
        }

        @Override
        public void delivered(AccountKey account, Duration sinceSent) {
            told.add("delivered " + sinceSent);
        }

        @Override
        public void storeCalled(String operation, Duration took, boolean succeeded) {
            calls.add(operation + " " + succeeded);
        }
    }

    /** Fails at everything. */
    private static final class Failing implements MailProxyMetrics {
        @Override
        public void watch(Supplier<HealthSnapshot> health) {
            throw new IllegalStateException("watch");
        }

        @Override
        public void happened(AccountKey account, EventType event) {
            throw new NoClassDefFoundError("io/micrometer/Part");
        }

        @Override
        public void receiptRead(ReceiptRecord receipt) {
            throw new IllegalStateException("receipt");
        }

        @Override
        public void storeCalled(String operation, Duration took, boolean succeeded) {
            throw new IllegalStateException("call");
        }
    }
}
