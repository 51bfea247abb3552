package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whose turn it is when a place becomes free. */
class TenantTurnsTest {
    private final TenantTurns turns = new TenantTurns();

    @Test
    void givesNoPlaceWhenNobodyWaits() {
        assertThat(turns.next()).isEmpty();
    }

    @Test
    void givesATenantThatIsAloneEveryPlace() {
        AccountLane lane = lane("a", 4);
        assertThat(places(4)).containsExactly(lane, lane, lane, lane);
    }

    @Test
    void givesThePlaceToTheTenantThatHoldsTheFewest() {
        lanes("a", 8, 2);
        lane("b", 2);
        assertThat(places(4)).extracting(AccountLane::tenant).containsExactly("a", "b", "a", "b");
    }

    @Test
    void givesAPlaceThatBecomesFreeToTheTenantThatHasFewerWhoeverHadIt() {
        lane("a", 8);
        AccountLane ending = places(4).get(0);
        lane("b", 2);
        turns.ended(ending);
        turns.await(ending);
        assertThat(tenantsOf(1)).containsExactly("b");
    }

    @Test
    void givesThePlaceToWhoWaitsLongestOfThoseThatHoldAsMany() {
        Stream.of("c", "a", "b").forEach(tenant -> lane(tenant, 2));
        assertThat(tenantsOf(6)).containsExactly("c", "a", "b", "c", "a", "b");
    }

    @Test
    void putsATenantThatHadItsTurnBehindThoseThatWait() {
        List<String> order = new ArrayList<>();
        Stream.of("a", "b", "c").forEach(tenant -> lane(tenant, 1));
        for (int i = 0; i < 9; i++) {
            AccountLane lane = turns.next().orElseThrow();
            order.add(lane.tenant());
            turns.ended(lane);
            turns.await(lane);
        }
        assertThat(order).containsExactly("a", "b", "c", "a", "b", "c", "a", "b", "c");
    }

    @Test
    void letsTheAccountsOfATenantTakeTurnsHoweverManyConnectionsEachHas() {
        AccountLane wide = lane("a", 4);
        AccountLane narrow = lane("a", 2);
        assertThat(places(6)).containsExactly(wide, narrow, wide, narrow, wide, wide);
    }

    @Test
    void putsATenantThatHadItsTurnBehindThoseThatWaitThoughMoreOfItsWorkersDo() {
        AccountLane first = lane("a", 2);
        lane("b", 1);
        turns.ended(turns.next().orElseThrow());
        assertThat(turns.next()).isPresent().get().isNotSameAs(first);
    }

    @Test
    void doesNotCountAPlaceThatIsReplaced() {
        replacedTwice();
        assertThat(tenantsOf(1)).containsExactly("a"); // 1 and 2
    }

    @Test
    void countsAPlaceAgainThatIsRestored() {
        AccountLane hanging = replacedTwice();
        turns.restored(hanging);
        turns.restored(hanging);
        assertThat(tenantsOf(1)).containsExactly("b"); // 3 and 2
    }

    @Test
    void isDueToAnotherOnlyWhereThatLeavesTheTenantNoFewerPlaces() {
        AccountLane lane = lane("a", 8);
        places(3);
        lane("b", 8);
        assertThat(turns.isDueToAnother(lane)).isTrue(); // 3 and 0

        places(1);
        assertThat(turns.isDueToAnother(lane)).isTrue(); // 3 and 1

        places(1);
        assertThat(turns.isDueToAnother(lane)).isFalse(); // 3 and 2
    }

    @Test
    void isDueToNobodyWhoDoesNotWait() {
        AccountLane lane = lane("a", 3);
        places(3);
        assertThat(turns.isDueToAnother(lane)).isFalse();
    }

    @Test
    void givesEachOfFiveHundredTenantsAPlaceBeforeAnyHasASecond() {
        lanes("large", 50, 10);
        IntStream.range(0, 499).forEach(i -> lane("small-" + i, 2));
        assertThat(tenantsOf(500)).doesNotHaveDuplicates();
        assertThat(tenantsOf(500)).doesNotHaveDuplicates();
    }

    /** Gives tenant a three places, of which two are replaced, and tenant b two. */
    private AccountLane replacedTwice() {
        AccountLane hanging = lane("a", 5);
        places(3);
        lane("b", 5);
        places(2);
        turns.replaced(hanging);
        turns.replaced(hanging);
        return hanging;
    }

    private AccountLane lane(String tenant, int workers) {
        AccountLane lane = new AccountLane(tenant);
        IntStream.range(0, workers).forEach(i -> turns.await(lane));
        return lane;
    }

    private void lanes(String tenant, int accounts, int workers) {
        IntStream.range(0, accounts).forEach(i -> lane(tenant, workers));
    }

    private List<AccountLane> places(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> turns.next().orElseThrow())
                .toList();
    }

    private List<String> tenantsOf(int count) {
        return places(count).stream().map(AccountLane::tenant).toList();
    }
}
