package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves the rate limits of {@code lease}. */
interface RateLimitContract extends StoreUnderTest {
    /** The beginning of the minute after {@link #NOW}. */
    Instant NEXT_MINUTE = Instant.parse("2026-03-02T10:16:00Z");

    default void enqueueMany(String account, int count) {
        List<NewMessage> many = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            many.add(message(account + " " + i).account(account).build());
        }
        store().enqueue(many);
    }

    @Test
    default void grantsNoMoreThanTheRateLimitWithinAWindow() {
        enqueueMany("acc", 10);

        LeaseBatch first = leaseBatch(ACCOUNT, 2, NOW, RateLimit.perMinute(3));
        LeaseBatch second = leaseBatch(ACCOUNT, 2, NOW.plusSeconds(10), RateLimit.perMinute(3));
        LeaseBatch third = leaseBatch(ACCOUNT, 2, NEXT_MINUTE.minusMillis(1), RateLimit.perMinute(3));

        assertThat(ids(first.messages())).containsExactly("acc 0", "acc 1");
        assertThat(first.limitedUntil()).isNull();
        assertThat(ids(second.messages())).containsExactly("acc 2");
        assertThat(second.limitedUntil()).isEqualTo(NEXT_MINUTE);
        assertThat(third.messages()).isEmpty();
        assertThat(third.limitedUntil()).isEqualTo(NEXT_MINUTE);
    }

    @Test
    default void startsToCountAnewWithTheNextWindowWhichIsAlignedToTheEpoch() {
        enqueueMany("acc", 10);
        leaseBatch(ACCOUNT, 10, NOW, RateLimit.perMinute(3));

        LeaseBatch next = leaseBatch(ACCOUNT, 10, NEXT_MINUTE, RateLimit.perMinute(3));

        assertThat(ids(next.messages())).containsExactly("acc 3", "acc 4", "acc 5");
        assertThat(next.limitedUntil()).isEqualTo(NEXT_MINUTE.plusSeconds(60));
    }

    @Test
    default void alignsWindowsOfAnyLengthToTheEpoch() {
        RateLimit limit = new RateLimit(1, Duration.ofSeconds(7 * 60 + 13));
        long window = limit.window().toSeconds();
        Instant end = Instant.ofEpochSecond((NOW.getEpochSecond() / window + 1) * window);
        enqueueMany("acc", 3);
        assertThat(leaseBatch(ACCOUNT, 1, NOW, limit).messages()).hasSize(1);

        assertThat(leaseBatch(ACCOUNT, 1, end.minusMillis(1), limit).limitedUntil())
                .isEqualTo(end);
        assertThat(leaseBatch(ACCOUNT, 1, end, limit).messages()).hasSize(1);
    }

    @Test
    default void saysNothingOfALimitThatHeldNothingBack() {
        enqueueMany("acc", 2);

        LeaseBatch exact = leaseBatch(ACCOUNT, 10, NOW, RateLimit.perMinute(2));
        LeaseBatch nothingLeft = leaseBatch(ACCOUNT, 10, NOW, RateLimit.perMinute(2));

        assertThat(exact.messages()).hasSize(2);
        assertThat(exact.limitedUntil()).isNull();
        assertThat(nothingLeft.messages()).isEmpty();
        assertThat(nothingLeft.limitedUntil()).isNull();
    }

    @Test
    default void saysNothingOfALimitWhenItIsTheRequestThatEnds() {
        enqueueMany("acc", 5);

        assertThat(leaseBatch(ACCOUNT, 2, NOW, RateLimit.perMinute(2)).limitedUntil())
                .isNull();
        assertThat(leaseBatch(ACCOUNT, 2, NOW, RateLimit.perMinute(2)).limitedUntil())
                .isEqualTo(NEXT_MINUTE);
    }

    @Test
    default void saysNothingOfALimitWhenWhatIsLeftIsNotDueOrSuspended() {
        store().suspend(new Suspension(new SuspensionScope.Batch("default", "held"), "why", NOW));
        enqueueAll(
                message("1"),
                message("2").dueAt(NOW.plusSeconds(20)),
                message("3").batch("held"));

        assertThat(leaseBatch(ACCOUNT, 5, NOW, RateLimit.perMinute(1)).limitedUntil())
                .isNull();
        assertThat(leaseBatch(ACCOUNT, 5, NOW, RateLimit.perMinute(1)).limitedUntil())
                .isNull();
        assertThat(leaseBatch(ACCOUNT, 5, NOW.plusSeconds(20), RateLimit.perMinute(1))
                        .limitedUntil())
                .isEqualTo(NEXT_MINUTE);
    }

    @Test
    default void countsWhatIsGrantedAndNotWhatIsAskedFor() {
        enqueueMany("acc", 1);
        leaseBatch(ACCOUNT, 100, NOW, RateLimit.perMinute(3));
        leaseBatch(ACCOUNT, 100, NOW, RateLimit.perMinute(3));
        enqueueMany("acc", 5);

        assertThat(leaseBatch(ACCOUNT, 100, NOW, RateLimit.perMinute(3)).messages())
                .hasSize(2);
    }

    @Test
    default void keepsAllLimitsAtOnce() {
        enqueueMany("acc", 20);
        RateLimit[] limits = {RateLimit.perMinute(4), RateLimit.perHour(6)};

        LeaseBatch first = leaseBatch(ACCOUNT, 20, NOW, limits);
        LeaseBatch second = leaseBatch(ACCOUNT, 20, NEXT_MINUTE, limits);
        LeaseBatch third = leaseBatch(ACCOUNT, 20, NEXT_MINUTE.plusSeconds(60), limits);
        LeaseBatch nextHour = leaseBatch(ACCOUNT, 20, Instant.parse("2026-03-02T11:00:00Z"), limits);

        assertThat(first.messages()).hasSize(4);
        assertThat(first.limitedUntil()).isEqualTo(NEXT_MINUTE);
        assertThat(second.messages()).hasSize(2);
        assertThat(second.limitedUntil()).isEqualTo("2026-03-02T11:00:00Z");
        assertThat(third.messages()).isEmpty();
        assertThat(third.limitedUntil()).isEqualTo("2026-03-02T11:00:00Z");
        assertThat(nextHour.messages()).hasSize(4);
    }

    @Test
    default void waitsForTheLastOfSeveralExhaustedWindows() {
        enqueueMany("acc", 20);

        LeaseBatch batch =
                leaseBatch(ACCOUNT, 20, NOW, RateLimit.perDay(5), RateLimit.perMinute(5), RateLimit.perHour(5));

        assertThat(batch.messages()).hasSize(5);
        assertThat(batch.limitedUntil()).isEqualTo("2026-03-03T00:00:00Z");
    }

    @Test
    default void countsAGrantOnceWhenTwoLimitsHaveTheSameWindow() {
        enqueueMany("acc", 20);

        assertThat(leaseBatch(ACCOUNT, 20, NOW, RateLimit.perMinute(5), RateLimit.perMinute(3))
                        .messages())
                .hasSize(3);
        assertThat(leaseBatch(ACCOUNT, 20, NOW, RateLimit.perMinute(5)).messages())
                .hasSize(2);
    }

    @Test
    default void countsTheSameWindowUnderAChangedBound() {
        enqueueMany("acc", 20);
        leaseBatch(ACCOUNT, 20, NOW, RateLimit.perMinute(2));

        assertThat(leaseBatch(ACCOUNT, 20, NOW, RateLimit.perMinute(3)).messages())
                .hasSize(1);
        assertThat(leaseBatch(ACCOUNT, 20, NOW, RateLimit.perMinute(1)).messages())
                .isEmpty();
        assertThat(leaseBatch(ACCOUNT, 1, NOW).messages()).hasSize(1);
    }

    @Test
    default void countsEachTransmissionOfAMessage() {
        enqueue(message("one"));
        TrackedMessage leased = leaseBatch(ACCOUNT, 1, NOW, RateLimit.perMinute(1))
                .messages()
                .get(0)
                .message();
        applied(ChangeFixture.deferred(leased, NOW, NOW));

        LeaseBatch again = leaseBatch(ACCOUNT, 1, NOW, RateLimit.perMinute(1));

        assertThat(again.messages()).isEmpty();
        assertThat(again.limitedUntil()).isEqualTo(NEXT_MINUTE);
    }

    @Test
    default void countsEachAccountByItself() {
        AccountKey other = new AccountKey("default", "other");
        AccountKey otherTenant = new AccountKey("tenant", "acc");
        enqueueMany("acc", 3);
        enqueueMany("other", 3);
        enqueueAll(
                message("1").tenant("tenant"),
                message("2").tenant("tenant"),
                message("3").tenant("tenant"));
        List<RateLimit> two = List.of(RateLimit.perMinute(2));

        List<LeaseBatch> batches = store().lease(
                        List.of(
                                new LeaseRequest(ACCOUNT, 9, two),
                                new LeaseRequest(other, 9, List.of()),
                                new LeaseRequest(otherTenant, 9, two)),
                        NOW,
                        UNTIL);

        assertThat(batches).extracting(batch -> batch.messages().size()).containsExactly(2, 3, 2);
        assertThat(batches.get(0).limitedUntil()).isEqualTo(NEXT_MINUTE);
        assertThat(batches.get(1).limitedUntil()).isNull();
        assertThat(batches.get(2).limitedUntil()).isEqualTo(NEXT_MINUTE);
    }

    @Test
    default void spendsTheLimitOnTheMostUrgent() {
        enqueueAll(message("low").priority(Priority.LOW), message("high").priority(Priority.HIGH), message("medium"));

        assertThat(ids(leaseBatch(ACCOUNT, 9, NOW, RateLimit.perMinute(2)).messages()))
                .containsExactly("high", "medium");
    }
}
