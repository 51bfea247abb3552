package io.github.pecmailproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.store.ExclusiveLease;
import org.junit.jupiter.api.Test;

/** Proves {@code acquire} and {@code release}. */
interface ExclusiveLeaseContract extends StoreUnderTest {
    default ExclusiveLease acquired(String resource, String owner) {
        return store().acquire(resource, owner, NOW, UNTIL).orElseThrow();
    }

    @Test
    default void grantsWhatNobodyHolds() {
        ExclusiveLease lease = acquired("mailbox", "a");

        assertThat(lease).isEqualTo(new ExclusiveLease("mailbox", "a", lease.token(), UNTIL));
    }

    @Test
    default void refusesWhatSomebodyElseHolds() {
        acquired("mailbox", "a");

        assertThat(store().acquire("mailbox", "b", NOW, UNTIL)).isEmpty();
        assertThat(store().acquire("mailbox", "b", UNTIL.minusMillis(1), UNTIL.plusSeconds(60)))
                .isEmpty();
    }

    @Test
    default void prolongsForTheSameOwnerUnderTheSameToken() {
        ExclusiveLease first = acquired("mailbox", "a");

        ExclusiveLease prolonged =
                store().acquire("mailbox", "a", NOW, UNTIL.plusSeconds(60)).orElseThrow();

        assertThat(prolonged).isEqualTo(new ExclusiveLease("mailbox", "a", first.token(), UNTIL.plusSeconds(60)));
        assertThat(store().acquire("mailbox", "b", UNTIL.plusSeconds(59), UNTIL.plusSeconds(99)))
                .isEmpty();
    }

    @Test
    default void grantsToAnotherOnceTheHoldersTimeIsOverUnderAHigherToken() {
        ExclusiveLease first = acquired("mailbox", "a");

        ExclusiveLease second =
                store().acquire("mailbox", "b", UNTIL, UNTIL.plusSeconds(60)).orElseThrow();

        assertThat(second.token()).isGreaterThan(first.token());
        assertThat(store().acquire("mailbox", "a", UNTIL, UNTIL.plusSeconds(60)))
                .isEmpty();
    }

    @Test
    default void keepsTheTokenOfAnOwnerWhoComesBackLateAndFindsNobody() {
        ExclusiveLease first = acquired("mailbox", "a");

        assertThat(store().acquire("mailbox", "a", UNTIL.plusSeconds(10), UNTIL.plusSeconds(60)))
                .contains(new ExclusiveLease("mailbox", "a", first.token(), UNTIL.plusSeconds(60)));
    }

    @Test
    default void grantsAgainAtOnceWhatWasReleasedUnderAHigherToken() {
        ExclusiveLease first = acquired("mailbox", "a");
        store().release(first);
        ExclusiveLease second = acquired("mailbox", "b");
        store().release(second);
        ExclusiveLease third = acquired("mailbox", "b");

        assertThat(second.token()).isGreaterThan(first.token());
        assertThat(third.token()).isGreaterThan(second.token());
    }

    @Test
    default void givesAHigherTokenWheneverTheHolderChanges() {
        ExclusiveLease a = acquired("mailbox", "a");
        ExclusiveLease b =
                store().acquire("mailbox", "b", UNTIL, UNTIL.plusSeconds(1)).orElseThrow();
        ExclusiveLease aAgain = store().acquire("mailbox", "a", UNTIL.plusSeconds(1), UNTIL.plusSeconds(2))
                .orElseThrow();

        assertThat(b.token()).isGreaterThan(a.token());
        assertThat(aAgain.token()).isGreaterThan(b.token());
    }

    @Test
    default void releasesNothingForAFormerHolder() {
        ExclusiveLease former = acquired("mailbox", "a");
        assertThat(store().acquire("mailbox", "b", UNTIL, UNTIL.plusSeconds(60)))
                .isPresent();

        store().release(former);
        store().release(new ExclusiveLease("never taken", "a", 1, UNTIL));

        assertThat(store().acquire("mailbox", "c", UNTIL.plusSeconds(1), UNTIL.plusSeconds(60)))
                .isEmpty();
    }

    @Test
    default void releasesNothingByALeaseFromBeforeARelease() {
        ExclusiveLease former = acquired("mailbox", "a");
        store().release(former);
        acquired("mailbox", "a");

        store().release(former);

        assertThat(store().acquire("mailbox", "b", NOW, UNTIL)).isEmpty();
    }

    @Test
    default void releasesByALeaseFromBeforeAProlongation() {
        ExclusiveLease first = acquired("mailbox", "a");
        assertThat(store().acquire("mailbox", "a", NOW, UNTIL.plusSeconds(60))).isPresent();

        store().release(first);

        assertThat(store().acquire("mailbox", "b", NOW, UNTIL)).isPresent();
    }

    @Test
    default void releasesOnceOnly() {
        ExclusiveLease lease = acquired("mailbox", "a");

        store().release(lease);
        store().release(lease);

        assertThat(acquired("mailbox", "b").token()).isGreaterThan(lease.token());
    }

    @Test
    default void tellsResourcesAndOwnersApartExactly() {
        String longest = "\uD83D\uDCE7".repeat(100);
        acquired("mailbox", "a");

        assertThat(store().acquire("Mailbox", "b", NOW, UNTIL)).isPresent();
        assertThat(store().acquire("mailboxé", "b", NOW, UNTIL)).isPresent();
        assertThat(store().acquire(longest, "b", NOW, UNTIL)).isPresent();
        assertThat(store().acquire(longest.substring(2), "c", NOW, UNTIL)).isPresent();
        assertThat(store().acquire("mailbox", "A", NOW, UNTIL)).isEmpty();
    }

    @Test
    default void cutsTheEndOfARightToTheMillisecond() {
        assertThat(store().acquire("mailbox", "a", NOW, NOW.plusNanos(1_999_999))
                        .orElseThrow()
                        .until())
                .isEqualTo(NOW.plusMillis(1));
        assertThat(store().acquire("mailbox", "b", NOW.plusMillis(1), UNTIL)).isPresent();
    }
}
