package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.ChangeFixture.event;
import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves {@code purge}. */
interface PurgeContract extends StoreUnderTest {
    /** Later than everything that happens at {@link #NOW}. */
    Instant AFTER = NOW.plusSeconds(1);

    PurgeRequest EVERYTHING = new PurgeRequest(AFTER, AFTER, 1_000);

    default TrackedMessage finishedOrdinary(String id) {
        return applied(cancelled(enqueue(message(id).ordinary()), NOW));
    }

    default TrackedMessage finishedPec(String id) {
        return applied(cancelled(enqueue(message(id)), NOW));
    }

    default List<String> remaining() {
        return idsOf(store().messages(MessageFilter.ALL));
    }

    default void isGone(MessageKey key) {
        assertThat(store().message(key)).isEmpty();
        assertThat(store().events(key)).isEmpty();
        assertThat(store().content(key)).isEmpty();
    }

    @Test
    default void purgesNothingFromAnEmptyStore() {
        assertThat(store().purge(EVERYTHING)).isZero();
    }

    @Test
    default void deletesAFinishedMessageWithItsEventsAndContent() {
        TrackedMessage finished = finishedOrdinary("one");
        TrackedMessage kept = enqueue(message("two").ordinary());

        assertThat(store().purge(EVERYTHING)).isEqualTo(1);

        isGone(finished.key());
        assertThat(store().messagesByMessageId(ACCOUNT, List.of(finished.messageId())))
                .isEmpty();
        assertThat(current(kept)).isEqualTo(kept);
        assertThat(store().events(kept.key())).hasSize(1);
        assertThat(store().content(kept.key())).isPresent();
    }

    @ParameterizedTest
    @EnumSource(MessageState.class)
    default void deletesNothingThatIsNotFinished(MessageState state) {
        TrackedMessage open = applied(new MessageChange(
                enqueue(message("open").ordinary()).next().state(state).build(), List.of()));

        assertThat(store().purge(EVERYTHING)).isEqualTo(open.isFinished() ? 1 : 0);
    }

    @ParameterizedTest
    @EnumSource(RecipientState.class)
    default void deletesNothingThatAwaitsTheOutcomeOfARecipient(RecipientState state) {
        TrackedMessage message = enqueue(message("one").to("a@pec.example", "b@pec.example"));
        TrackedMessage accepted = applied(new MessageChange(
                message.next()
                        .state(MessageState.ACCEPTED)
                        .recipients(List.of(
                                RecipientStatus.pending("a@pec.example", RecipientRole.TO)
                                        .become(RecipientState.DELIVERED, null, null, NOW),
                                RecipientStatus.pending("b@pec.example", RecipientRole.TO)
                                        .become(state, null, null, NOW)))
                        .build(),
                List.of()));

        assertThat(store().purge(EVERYTHING)).isEqualTo(accepted.isFinished() ? 1 : 0);
    }

    @Test
    default void deletesWhatBecameFinishedAndNotWhatWasOpenedAgain() {
        enqueue(message("reopened").ordinary());
        TrackedMessage reopened = applied(cancelled(current(MessageKey.of("reopened")), NOW));
        applied(new MessageChange(reopened.next().state(MessageState.QUEUED).build(), List.of()));
        finishedOrdinary("finished");

        assertThat(store().purge(EVERYTHING)).isEqualTo(1);
        assertThat(remaining()).containsExactly("reopened");
    }

    @Test
    default void goesByTheTimeAtWhichTheLastEventWasStored() {
        TrackedMessage message = enqueue(message("one").ordinary());
        TrackedMessage sent = applied(sent(message, NOW.minusSeconds(500)), NOW.minusSeconds(400));
        applied(
                new MessageChange(
                        sent.next().state(MessageState.FAILED).build(),
                        List.of(event(EventType.BOUNCE, NOW.minusSeconds(900)))),
                NOW);

        assertThat(store().purge(new PurgeRequest(NOW, NOW, 10)))
                .as("stored at that time and not before it")
                .isZero();
        assertThat(store().purge(new PurgeRequest(NOW.plusMillis(1), null, 10))).isEqualTo(1);
    }

    @Test
    default void keepsTheMessagesOfPecAccountsUntilTheTimeForEvidence() {
        finishedPec("evidence");
        finishedOrdinary("ordinary");

        assertThat(store().purge(new PurgeRequest(AFTER, null, 10))).isEqualTo(1);
        assertThat(remaining()).containsExactly("evidence");
        assertThat(store().purge(new PurgeRequest(AFTER, NOW, 10))).isZero();
        assertThat(store().purge(new PurgeRequest(NOW.minusSeconds(5_000), AFTER, 10)))
                .isEqualTo(1);
        assertThat(remaining()).isEmpty();
    }

    @Test
    default void keepsOrdinaryMessagesByTheirOwnTime() {
        finishedPec("evidence");
        finishedOrdinary("ordinary");

        assertThat(store().purge(new PurgeRequest(NOW.minusSeconds(5_000), AFTER, 10)))
                .isEqualTo(1);
        assertThat(remaining()).containsExactly("ordinary");
    }

    @Test
    default void deletesTheReceiptsWithTheEvidence() {
        TrackedMessage finished = finishedPec("finished");
        TrackedMessage open = enqueue(message("open"));
        ReceiptRecord gone = recorded(receipt("gone").message(finished.key()).eventKey("gone"));
        ReceiptRecord refused = recorded(receipt("refused").message(finished.key()));
        ReceiptRecord kept = recorded(receipt("kept").message(open.key()).eventKey("kept"));
        ReceiptRecord untied = recorded(receipt("untied"));

        assertThat(store().purge(EVERYTHING)).isEqualTo(1);

        assertThat(store().receipts(ReceiptFilter.ALL)).containsExactly(kept, untied);
        assertThat(store().receiptContent(gone.id())).isEmpty();
        assertThat(store().receiptContent(refused.id())).isEmpty();
        assertThat(store().receiptContent(kept.id())).isPresent();
        assertThat(store().knownReceipts(
                                ACCOUNT,
                                List.of(gone.fingerprint(), refused.fingerprint(), kept.fingerprint()),
                                List.of("gone", "kept")))
                .containsExactlyInAnyOrder(kept.fingerprint(), "kept");
    }

    @Test
    default void deletesTheBouncesOfAnOrdinaryMessageWithIt() {
        TrackedMessage finished = finishedOrdinary("finished");
        recorded(receipt("bounce").message(finished.key()).eventKey("bounce"));

        assertThat(store().purge(new PurgeRequest(AFTER, null, 10))).isEqualTo(1);

        assertThat(store().receipts(ReceiptFilter.ALL)).isEmpty();
    }

    @Test
    default void keepsWhatASinkHasNotAcknowledged() {
        store().registerSink("first");
        store().registerSink("second");
        finishedOrdinary("one");
        finishedPec("two");
        assertThat(store().purge(EVERYTHING)).isZero();

        acknowledgeEverything("first", "default");
        assertThat(store().purge(EVERYTHING)).isZero();

        List<Long> left = sequences(pending("second"));
        store().acknowledge("second", left.subList(1, left.size()), List.of(), null);
        assertThat(store().purge(EVERYTHING))
                .as("the second message is reported")
                .isEqualTo(1);
        assertThat(remaining()).containsExactly("one");

        acknowledgeEverything("second", "default");
        assertThat(store().purge(EVERYTHING)).isEqualTo(1);
        assertThat(store().statistics(NOW).unreported()).isZero();
        assertThat(pending("second")).isEmpty();
    }

    @Test
    default void deletesWhatOnlyAForgottenSinkWaitedFor() {
        store().registerSink("served");
        store().registerSink("gone");
        finishedOrdinary("one");
        acknowledgeEverything("served", "default");
        assertThat(store().purge(EVERYTHING)).isZero();

        store().forgetSink("gone");

        assertThat(store().purge(EVERYTHING)).isEqualTo(1);
    }

    @Test
    default void deletesWhatHappenedBeforeAnySinkWasKnown() {
        finishedOrdinary("one");
        store().registerSink("sink");

        assertThat(store().purge(EVERYTHING)).isEqualTo(1);
        assertThat(pending("sink")).isEmpty();
    }

    @Test
    default void deletesTheOldestFirstUpToTheLimit() {
        for (int i = 1; i <= 5; i++) {
            if (i % 2 == 0) {
                finishedOrdinary("message " + i);
            } else {
                finishedPec("message " + i);
            }
        }
        PurgeRequest two = new PurgeRequest(AFTER, AFTER, 2);

        assertThat(store().purge(two)).isEqualTo(2);
        assertThat(remaining()).hasSize(3);
        assertThat(store().purge(two)).isEqualTo(2);
        assertThat(remaining()).hasSize(1);
        assertThat(store().purge(two)).isEqualTo(1);
        assertThat(store().purge(two)).isZero();
    }

    @Test
    default void deletesTheOldestOfOneKindFirst() {
        for (int i = 1; i <= 4; i++) {
            TrackedMessage message = enqueue(message("message " + i));
            applied(cancelled(message, NOW), NOW.minusSeconds(100 - i));
        }

        assertThat(store().purge(new PurgeRequest(AFTER, AFTER, 3))).isEqualTo(3);

        assertThat(remaining()).containsExactly("message 4");
    }

    @Test
    default void findsWhatMayGoBehindWhatMayNot() {
        store().registerSink("sink");
        for (int i = 0; i < 30; i++) {
            finishedOrdinary("unreported " + i);
        }
        TrackedMessage reported = finishedOrdinary("reported");
        List<Long> sequences = store().events(reported.key()).stream()
                .map(MessageEvent::sequence)
                .toList();
        store().acknowledge("sink", sequences, List.of(), null);

        assertThat(store().purge(new PurgeRequest(AFTER, AFTER, 2))).isEqualTo(1);
        assertThat(store().message(reported.key())).isEmpty();
        assertThat(remaining()).hasSize(30);
    }

    @Test
    default void freesTheKeyForANewMessageWithAHigherSequence() {
        TrackedMessage first = finishedPec("one");
        ReceiptRecord record = recorded(receipt("r").message(first.key()).eventKey("e"));
        store().purge(EVERYTHING);

        TrackedMessage second =
                enqueue(message("one").fingerprint(Sha256.hex("another")).messageId("<another@host>"));

        assertThat(second.sequence()).isGreaterThan(first.sequence());
        assertThat(second.version()).isEqualTo(1);
        assertThat(store().events(second.key())).hasSize(1);
        assertThat(store().messagesByMessageId(ACCOUNT, List.of(first.messageId())))
                .isEmpty();
        assertThat(leasedIds(1)).containsExactly("one");
        assertThat(recorded(receipt("r").message(second.key()).eventKey("e")).id())
                .isGreaterThan(record.id());
    }

    @Test
    default void leavesTenantsAndAccountsAloneThatAreNotFinished() {
        TrackedMessage mine = finishedOrdinary("same");
        TrackedMessage yours = enqueue(message("same").tenant("other").ordinary());
        ReceiptRecord theirs =
                recorded(receipt("r").account(new AccountKey("other", "acc")).message(yours.key()));

        store().purge(EVERYTHING);

        isGone(mine.key());
        assertThat(current(yours)).isEqualTo(yours);
        assertThat(store().receipts(ReceiptFilter.ALL)).containsExactly(theirs);
    }

    /** Later than any mail of {@link ReceiptFixture} was read. */
    Instant LONG_AFTER = Instant.parse("2027-01-01T00:00:00Z");

    default List<Long> recordIds() {
        return store().receipts(ReceiptFilter.ALL).stream()
                .map(ReceiptRecord::id)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Disposition.class)
    default void purgesTheRecordsOfUnrelatedMailOnly(Disposition disposition) {
        ReceiptRecord record = recorded(receipt("one").disposition(disposition));
        boolean unrelated = Set.of(Disposition.FOREIGN, Disposition.IGNORED, Disposition.UNREADABLE)
                .contains(disposition);

        assertThat(store().purgeUnrelated(LONG_AFTER, 10)).isEqualTo(unrelated ? 1 : 0);

        assertThat(recordIds().contains(record.id())).isNotEqualTo(unrelated);
        assertThat(store().receiptContent(record.id()).isPresent()).isNotEqualTo(unrelated);
        assertThat(store().knownReceipts(ACCOUNT, List.of(record.fingerprint()), List.of())
                        .isEmpty())
                .isEqualTo(unrelated);
    }

    @Test
    default void keepsWhatIsTiedToAMessageWhateverItWasTakenFor() {
        ReceiptRecord record = recorded(receipt("one")
                .disposition(Disposition.IGNORED)
                .message(enqueue(message("m")).key()));

        assertThat(store().purgeUnrelated(LONG_AFTER, 10)).isZero();

        assertThat(recordIds()).containsExactly(record.id());
    }

    @Test
    default void purgesUnrelatedMailReadBeforeATimeAndNotAtIt() {
        ReceiptRecord record = recorded(receipt("one").disposition(Disposition.FOREIGN));

        assertThat(store().purgeUnrelated(record.readAt(), 10)).isZero();
        assertThat(store().purgeUnrelated(record.readAt().plusMillis(1), 10)).isEqualTo(1);
    }

    @Test
    default void purgesTheOldestUnrelatedMailFirstAndNoMoreThanTheLimit() {
        List<Long> ids = IntStream.range(0, 250)
                .mapToObj(number ->
                        recorded(receipt("mail " + number).uid(number + 1).disposition(Disposition.FOREIGN)))
                .map(ReceiptRecord::id)
                .toList();

        assertThat(store().purgeUnrelated(LONG_AFTER, 120)).isEqualTo(120);
        assertThat(recordIds()).isEqualTo(ids.subList(120, 250));

        assertThat(store().purgeUnrelated(LONG_AFTER, 1_000)).isEqualTo(130);
        assertThat(recordIds()).isEmpty();
    }

    @Test
    default void recordsAgainWhatWasPurgedAndIsReadOnceMore() {
        recorded(receipt("one").disposition(Disposition.FOREIGN));
        store().purgeUnrelated(LONG_AFTER, 10);

        ReceiptRecord again = recorded(receipt("one").disposition(Disposition.FOREIGN));

        assertThat(recordIds()).containsExactly(again.id());
    }
}
