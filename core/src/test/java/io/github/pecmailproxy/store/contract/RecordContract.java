package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.ChangeFixture.delivered;
import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.ChangeFixture.touched;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Proves {@code record}. */
interface RecordContract extends StoreUnderTest {
    AccountKey OTHER_ACCOUNT = new AccountKey("default", "other");
    AccountKey OTHER_TENANT = new AccountKey("other", "acc");

    default MailboxCursor cursorAt(long uid) {
        return new MailboxCursor(INBOX, 77, uid, NOW);
    }

    default ReceiptJudgement refusedBecomesRecorded(ReceiptRecord record, @Nullable String eventKey) {
        return new ReceiptJudgement(
                Disposition.REFUSED,
                record.judged(
                        Verdict.TRUSTED,
                        List.of("p"),
                        Disposition.RECORDED,
                        "Trusted now.",
                        record.message(),
                        eventKey));
    }

    /**
     * Records a unit that has one fault in it next to much that is sound, and checks that nothing of it happened.
     *
     * @param fault the unit with the fault; all its parts are added to sound ones
     */
    default void refusesAsAWhole(ReceiptUnit fault) {
        store().registerSink("sink");
        TrackedMessage bystander = enqueue(message("bystander").ordinary());
        assertThat(store().record(
                                unit(receipt("judged")
                                        .disposition(Disposition.REFUSED)
                                        .build()),
                                NOW))
                .isTrue();
        List<ReceiptRecord> refused = store().receipts(ReceiptFilter.ALL.with(Disposition.REFUSED));
        ReceiptRecord judged = refused.get(refused.size() - 1);
        List<NewReceipt> receipts =
                new ArrayList<>(List.of(receipt("sound 1").eventKey("sound 1").build()));
        receipts.addAll(fault.receipts());
        receipts.add(receipt("sound 2").build());
        List<ReceiptJudgement> judgements = new ArrayList<>(List.of(refusedBecomesRecorded(judged, "judged")));
        judgements.addAll(fault.judgements());
        List<MessageChange> changes = new ArrayList<>(List.of(cancelled(bystander, NOW)));
        changes.addAll(fault.changes());
        ReceiptUnit unit = new ReceiptUnit(fault.fence(), receipts, judgements, changes, List.of(cursorAt(99)));
        StoreSnapshot before = StoreSnapshot.of(store(), List.of("sink"), List.of(INBOX));

        assertThat(store().record(unit, NOW)).isFalse();

        assertThat(StoreSnapshot.of(store(), List.of("sink"), List.of(INBOX))).isEqualTo(before);
        assertThat(store().knownReceipts(
                                ACCOUNT,
                                List.of(Sha256.hex("receipt sound 1"), Sha256.hex("receipt sound 2")),
                                List.of("sound 1", "judged")))
                .isEmpty();

        // The sound part by itself is accepted: it was the fault that was refused.
        ReceiptUnit sound = new ReceiptUnit(
                null,
                List.of(receipts.get(0), receipts.get(receipts.size() - 1)),
                List.of(judgements.get(0)),
                List.of(changes.get(0)),
                List.of(cursorAt(99)));
        assertThat(store().record(sound, NOW)).isTrue();
        assertThat(store().cursor(INBOX)).contains(cursorAt(99));
    }

    @Test
    default void recordsAnEmptyUnit() {
        assertThat(store().record(unit(), NOW)).isTrue();
    }

    @Test
    default void recordsReceiptChangesEventsAndCursorTogether() {
        enqueue(message("one"));
        TrackedMessage sent = applied(sent(leaseOne(), NOW));
        MessageChange change = delivered(sent, NOW.plusSeconds(5));
        BytesContent content = BytesContent.random(70_000, 5);
        ReceiptUnit unit = new ReceiptUnit(
                null,
                List.of(receipt("r")
                        .message(sent.key())
                        .eventKey("delivery one")
                        .content(content)
                        .build()),
                List.of(),
                List.of(change),
                List.of(cursorAt(12)));

        assertThat(store().record(unit, NOW.plusSeconds(6))).isTrue();

        assertThat(current(sent)).isEqualTo(change.message());
        List<MessageEvent> events = store().events(sent.key());
        assertThat(events)
                .extracting(MessageEvent::type)
                .containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
        assertThat(events.get(3).recordedAt()).isEqualTo(NOW.plusSeconds(6));
        assertThat(events.get(3).time()).isEqualTo(NOW.plusSeconds(5));
        ReceiptRecord record = store().receipts(ReceiptFilter.ALL).get(0);
        assertThat(record.message()).isEqualTo(sent.key());
        assertThat(bytes(store().receiptContent(record.id()).orElseThrow())).isEqualTo(content.bytes());
        assertThat(store().cursor(INBOX)).contains(cursorAt(12));
    }

    @Test
    default void appliesSeveralChangesToOneMessageInOrder() {
        TrackedMessage first = enqueue(message("one"));
        TrackedMessage other = enqueue(message("two"));
        MessageChange sent = sent(first, NOW);
        MessageChange delivered = delivered(sent.message(), NOW);
        MessageChange touched = touched(delivered.message());

        assertThat(store().record(
                                new ReceiptUnit(
                                        null,
                                        List.of(),
                                        List.of(),
                                        List.of(sent, cancelled(other, NOW), delivered, touched),
                                        List.of()),
                                NOW))
                .isTrue();

        assertThat(current(first)).isEqualTo(touched.message());
        assertThat(current(first).version()).isEqualTo(4);
        assertThat(store().events(first.key()))
                .extracting(MessageEvent::type)
                .containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
        assertThat(store().events(first.key()))
                .extracting(MessageEvent::sequence)
                .isSorted();
        assertThat(store().events(other.key())).hasSize(2);
    }

    @Test
    default void refusesAllWhenAMessageHasMovedOn() {
        TrackedMessage stale = enqueue(message("one"));
        applied(touched(stale));

        refusesAsAWhole(new ReceiptUnit(null, List.of(), List.of(), List.of(cancelled(stale, NOW)), List.of()));
    }

    @Test
    default void refusesAllWhenTheSecondChangeOfAChainDoesNotFollowTheFirst() {
        TrackedMessage message = enqueue(message("one"));

        refusesAsAWhole(new ReceiptUnit(
                null, List.of(), List.of(), List.of(touched(message), cancelled(message, NOW)), List.of()));
    }

    @Test
    default void refusesAllWhenTheChangesOfAChainAreInTheWrongOrder() {
        MessageChange first = touched(enqueue(message("one")));
        MessageChange second = touched(first.message());

        refusesAsAWhole(new ReceiptUnit(null, List.of(), List.of(), List.of(second, first), List.of()));
    }

    @Test
    default void refusesAllWhenAMessageIsNotThere() {
        TrackedMessage stranger = message("stranger").build().message();

        refusesAsAWhole(new ReceiptUnit(null, List.of(), List.of(), List.of(touched(stranger)), List.of()));
    }

    @Test
    default void refusesAllWhenAFingerprintIsStoredForTheAccount() {
        recorded(receipt("known"));

        refusesAsAWhole(
                unit(receipt("known").folder("Archive").uid(8).eventKey("e").build()));
    }

    @Test
    default void refusesAllWhenAFingerprintIsTwiceInTheUnit() {
        refusesAsAWhole(
                unit(receipt("twice").uid(1).build(), receipt("twice").uid(2).build()));
    }

    @Test
    default void refusesAllWhenAnEventKeyIsStoredForTheAccount() {
        recorded(receipt("known").eventKey("delivery a"));

        refusesAsAWhole(
                unit(receipt("new").folder("Archive").eventKey("delivery a").build()));
    }

    @Test
    default void refusesAllWhenAnEventKeyIsTwiceInTheUnit() {
        refusesAsAWhole(unit(
                receipt("1").eventKey("delivery a").build(),
                receipt("2").eventKey("delivery a").build()));
    }

    @Test
    default void refusesAllWhenAJudgementIsNotTheOneExpected() {
        ReceiptRecord waiting = recorded(receipt("waiting").disposition(Disposition.WAITING));

        refusesAsAWhole(
                new ReceiptUnit(null, List.of(), List.of(refusedBecomesRecorded(waiting, "e")), List.of(), List.of()));
    }

    @Test
    default void refusesAllWhenTheRecordToJudgeIsNotThere() {
        ReceiptRecord known = recorded(receipt("known").disposition(Disposition.REFUSED));
        ReceiptRecord unknown = Exactly.withId(known, known.id() + 1_000);

        refusesAsAWhole(
                new ReceiptUnit(null, List.of(), List.of(refusedBecomesRecorded(unknown, "e")), List.of(), List.of()));
    }

    @Test
    default void refusesAllWhenAJudgementBringsAnEventKeyThatIsStored() {
        recorded(receipt("first").eventKey("delivery a"));
        ReceiptRecord refused = recorded(receipt("second").disposition(Disposition.REFUSED));

        refusesAsAWhole(new ReceiptUnit(
                null, List.of(), List.of(refusedBecomesRecorded(refused, "delivery a")), List.of(), List.of()));
    }

    @Test
    default void refusesAllWhenSomebodyElseTookTheFence() {
        ExclusiveLease lost =
                store().acquire("mailbox", "a", NOW, NOW.plusSeconds(1)).orElseThrow();
        assertThat(store().acquire("mailbox", "b", NOW.plusSeconds(2), UNTIL)).isPresent();

        refusesAsAWhole(new ReceiptUnit(lost, List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    default void refusesAllWhenTheFenceWasReleased() {
        ExclusiveLease released = store().acquire("mailbox", "a", NOW, UNTIL).orElseThrow();
        store().release(released);

        refusesAsAWhole(new ReceiptUnit(released, List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    default void refusesAllWhenTheFenceWasNeverGiven() {
        refusesAsAWhole(new ReceiptUnit(
                new ExclusiveLease("mailbox", "a", 1, UNTIL), List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    default void refusesAllWhenTheFenceWasTakenAgainUnderAHigherToken() {
        ExclusiveLease old = store().acquire("mailbox", "a", NOW, UNTIL).orElseThrow();
        store().release(old);
        assertThat(store().acquire("mailbox", "a", NOW, UNTIL)).isPresent();

        refusesAsAWhole(new ReceiptUnit(old, List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    default void recordsUnderAFenceThatIsHeldAlsoAfterItWasProlonged() {
        ExclusiveLease lease = store().acquire("mailbox", "a", NOW, UNTIL).orElseThrow();
        assertThat(store().acquire("other mailbox", "b", NOW, UNTIL)).isPresent();
        assertThat(store().record(new ReceiptUnit(lease, List.of(), List.of(), List.of(), List.of(cursorAt(1))), NOW))
                .isTrue();
        assertThat(store().acquire("mailbox", "a", NOW, UNTIL.plusSeconds(60))).isPresent();

        assertThat(store().record(new ReceiptUnit(lease, List.of(), List.of(), List.of(), List.of(cursorAt(2))), NOW))
                .isTrue();
        assertThat(store().cursor(INBOX)).contains(cursorAt(2));
    }

    @Test
    default void recordsUnderAFenceWhoseTimeIsOverAsLongAsNobodyTookIt() {
        ExclusiveLease lease =
                store().acquire("mailbox", "a", NOW, NOW.plusSeconds(1)).orElseThrow();

        assertThat(store().record(
                                new ReceiptUnit(lease, List.of(), List.of(), List.of(), List.of(cursorAt(1))),
                                NOW.plusSeconds(2)))
                .isTrue();
    }

    @Test
    default void keepsTheReceiptsOfEachAccountApart() {
        NewReceipt mine = receipt("same").eventKey("same").build();
        NewReceipt other =
                receipt("same").eventKey("same").account(OTHER_ACCOUNT).build();
        NewReceipt tenants =
                receipt("same").eventKey("same").account(OTHER_TENANT).build();

        assertThat(store().record(unit(mine), NOW)).isTrue();
        assertThat(store().record(unit(other, tenants), NOW)).isTrue();

        assertThat(store().receipts(ReceiptFilter.ALL)).hasSize(3);
        assertThat(store().record(unit(mine), NOW)).isFalse();
    }

    @Test
    default void comparesEventKeysExactlyAndNeverNone() {
        String[] keys = {"delivery a", "delivery A", "delivery à", "delivery a ", "delivery %", null, null};
        NewReceipt[] receipts = new NewReceipt[keys.length];
        for (int i = 0; i < keys.length; i++) {
            receipts[i] = receipt("r" + i).eventKey(keys[i]).build();
        }

        assertThat(store().record(unit(receipts), NOW)).isTrue();

        assertThat(store().receipts(ReceiptFilter.ALL))
                .extracting(ReceiptRecord::eventKey)
                .containsExactly(keys);
    }

    @Test
    default void recordsTheSameReceiptMessageIdAgain() {
        recorded(receipt("1").receiptMessageId("<same@provider>"));

        assertThat(store().record(
                                unit(receipt("2")
                                        .receiptMessageId("<same@provider>")
                                        .build()),
                                NOW))
                .isTrue();
    }

    @Test
    default void changesAJudgementAndNothingElseOfTheRecord() {
        TrackedMessage message = enqueue(message("one"));
        recorded(receipt("first"));
        ReceiptRecord refused = recorded(receipt("second").disposition(Disposition.REFUSED));
        ReceiptRecord judged = refused.judged(
                Verdict.UNTRUSTED, List.of("x", "y"), Disposition.RECORDED, "New reason.", message.key(), "new key");

        assertThat(store().record(
                                new ReceiptUnit(
                                        null,
                                        List.of(),
                                        List.of(new ReceiptJudgement(Disposition.REFUSED, judged)),
                                        List.of(cancelled(message, NOW)),
                                        List.of()),
                                NOW))
                .isTrue();

        assertThat(store().receipts(ReceiptFilter.ALL).get(1)).isEqualTo(judged);
        assertThat(store().receiptContent(judged.id())).isPresent();
        assertThat(store().receipts(ReceiptFilter.ALL.ofMessage(message.key()))).containsExactly(judged);
        assertThat(store().knownReceipts(ACCOUNT, List.of(), List.of("new key")))
                .containsExactly("new key");
        assertThat(current(message).version()).isEqualTo(2);
    }

    @Test
    default void judgesAgainWithTheSameEventKeyAndWithoutOne() {
        ReceiptRecord record = recorded(receipt("r").eventKey("key"));
        ReceiptRecord again =
                record.judged(Verdict.TRUSTED, List.of(), Disposition.RECORDED, "Same key.", record.message(), "key");
        ReceiptRecord without =
                again.judged(Verdict.INVALID, List.of(), Disposition.REFUSED, "No key.", record.message(), null);

        assertThat(store().record(
                                new ReceiptUnit(
                                        null,
                                        List.of(),
                                        List.of(new ReceiptJudgement(Disposition.RECORDED, again)),
                                        List.of(),
                                        List.of()),
                                NOW))
                .isTrue();
        assertThat(store().record(
                                new ReceiptUnit(
                                        null,
                                        List.of(),
                                        List.of(new ReceiptJudgement(Disposition.RECORDED, without)),
                                        List.of(),
                                        List.of()),
                                NOW))
                .isTrue();

        assertThat(store().receipts(ReceiptFilter.ALL)).containsExactly(without);
        assertThat(store().knownReceipts(ACCOUNT, List.of(record.fingerprint()), List.of("key")))
                .containsExactly(record.fingerprint());
        assertThat(store().record(unit(receipt("other").eventKey("key").build()), NOW))
                .as("a key that was given up is free")
                .isTrue();
    }

    @Test
    default void replacesTheCursorOfAFolderAlsoByAnEarlierOne() {
        MailboxCursor other = new MailboxCursor(new MailboxKey(ACCOUNT, "inbox"), 1, 2, NOW);
        MailboxCursor tenants = new MailboxCursor(new MailboxKey(OTHER_TENANT, "INBOX"), 3, 4, NOW);
        MailboxCursor renewed = new MailboxCursor(INBOX, 78, 3, NOW.minusSeconds(60));
        assertThat(store().cursor(INBOX)).isEmpty();
        assertThat(store().record(
                                new ReceiptUnit(
                                        null, List.of(), List.of(), List.of(), List.of(cursorAt(9), other, tenants)),
                                NOW))
                .isTrue();
        assertThat(store().cursor(INBOX)).contains(cursorAt(9));

        assertThat(store().record(new ReceiptUnit(null, List.of(), List.of(), List.of(), List.of(renewed)), NOW))
                .isTrue();

        assertThat(store().cursor(INBOX)).contains(renewed);
        assertThat(store().cursor(other.mailbox())).contains(other);
        assertThat(store().cursor(tenants.mailbox())).contains(tenants);
    }

    @Test
    default void readsTheBytesOfAReceiptOnceAndClosesThem() {
        BytesContent given = BytesContent.random(100_000, 9);

        recorded(receipt("one").content(given));

        assertThat(given.opened()).isEqualTo(1);
        assertThat(given.closed()).isEqualTo(1);
    }

    @Test
    default void leavesNothingBehindWhenTheBytesOfAReceiptCannotBeRead() {
        TrackedMessage message = enqueue(message("one"));
        store().registerSink("sink");
        ReceiptUnit unit = new ReceiptUnit(
                null,
                List.of(
                        receipt("good").build(),
                        receipt("bad").content(new BrokenContent(100_000)).build()),
                List.of(),
                List.of(cancelled(message, NOW)),
                List.of(cursorAt(5)));
        StoreSnapshot before = StoreSnapshot.of(store(), List.of("sink"), List.of(INBOX));

        assertThatThrownBy(() -> store().record(unit, NOW)).isInstanceOf(StoreException.class);

        assertThat(StoreSnapshot.of(store(), List.of("sink"), List.of(INBOX))).isEqualTo(before);
    }
}
