package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.testing.SampleContent;
import io.github.pecmailproxy.testing.Samples;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The stock and the workers of one account. */
class AccountLaneTest {
    private final AccountLane lane = new AccountLane("default");

    @Test
    void handsMessagesOutInOrder() {
        lane.add(List.of(leased("m1"), leased("m2")));
        lane.claimWorker(1);
        assertThat(lane.next()).contains(leased("m1"));
        lane.finished();
        assertThat(lane.next()).contains(leased("m2"));
    }

    @Test
    void wantsNoMoreWorkersThanAllowed() {
        lane.add(List.of(leased("m1"), leased("m2"), leased("m3")));
        assertThat(lane.claimWorker(2)).isTrue();
        assertThat(lane.claimWorker(2)).isTrue();
        assertThat(lane.claimWorker(2)).isFalse();
    }

    @Test
    void wantsNoWorkerWithoutAMessage() {
        assertThat(lane.claimWorker(2)).isFalse();
    }

    @Test
    void wantsNoMoreWorkersThanMessages() {
        lane.add(List.of(leased("m1")));
        assertThat(lane.claimWorker(2)).isTrue();
        assertThat(lane.claimWorker(2)).isFalse();
    }

    @Test
    void wantsAnotherWorkerForAMessageThatWaitsBehindABusyOne() {
        lane.add(List.of(leased("m1")));
        lane.claimWorker(2);
        lane.next();
        lane.add(List.of(leased("m2")));
        assertThat(lane.claimWorker(2)).isTrue();
    }

    @Test
    void takesAWorkersPlaceBackWhenThereIsNothingToDo() {
        lane.add(List.of(leased("m1")));
        lane.claimWorker(1);
        lane.next();
        lane.finished();
        assertThat(lane.next()).isEmpty();
        lane.add(List.of(leased("m2")));
        assertThat(lane.claimWorker(1)).isTrue();
    }

    @Test
    void dropsWhatWasLostAndNothingElse() {
        lane.add(List.of(leased("m1"), leased("m2")));
        lane.drop(Set.of(MessageVersion.of(leased("m1").message())));
        assertThat(lane.drain()).containsExactly(leased("m2"));
    }

    @Test
    void keepsALaterLeaseOfAMessageWhoseFormerLeaseWasLost() {
        TrackedMessage former = leased("m1").message();
        LeasedMessage later = new LeasedMessage(former.next().build(), CONTENT);
        lane.add(List.of(later));
        lane.drop(Set.of(MessageVersion.of(former)));
        assertThat(lane.size()).isEqualTo(1);
    }

    @Test
    void isEmptyAfterItWasDrained() {
        lane.add(List.of(leased("m1")));
        assertThat(lane.drain()).hasSize(1);
        assertThat(lane.size()).isZero();
    }

    private static final SampleContent CONTENT = SampleContent.of("body");

    private static LeasedMessage leased(String id) {
        return new LeasedMessage(
                Samples.leased(Samples.pecMessage(id, "anna@pec.example"), Samples.NOW.plusSeconds(60)), CONTENT);
    }
}
