package io.github.pecmailproxy.internal.receipt;

import static io.github.pecmailproxy.testing.SampleReceipt.acceptance;
import static io.github.pecmailproxy.testing.SampleReceipt.delivery;
import static io.github.pecmailproxy.testing.SampleReceipt.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.archive.SkippedMail;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.internal.receipt.MailRecorder.Recording;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.Bounce;
import io.github.pecmailproxy.pec.BouncedRecipient;
import io.github.pecmailproxy.pec.FailureReason;
import io.github.pecmailproxy.pec.OrdinaryMail;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.RecipientType;
import io.github.pecmailproxy.pec.TransportEnvelope;
import io.github.pecmailproxy.pec.UnreadableMail;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeParser;
import io.github.pecmailproxy.testing.FakeSender;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.SampleContent;
import io.github.pecmailproxy.testing.SampleReceipt;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is recorded of the mails in a mailbox, and what follows for the messages. */
class ReceiptRecorderTest {
    private static final String ANNA = "anna@pec.example";
    private static final String CARLA = "carla@pec.example";
    private static final String RETURN_PATH = "bounce+";
    private static final MailboxKey INBOX = new MailboxKey(Samples.pecAccount().key(), "INBOX");

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final FakeParser parser = new FakeParser();
    private final Alarms alarms = new Alarms();
    private final TransmissionRules rules =
            new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L));
    private MailAccount account = Samples.pecAccount();
    private final ReceiptRecorder recorder = recorder();
    private ExclusiveLease lease;
    private long uid;

    private ReceiptRecorder recorder() {
        AccountSource source = () -> List.of(account);
        return new ReceiptRecorder(
                store,
                source,
                parser,
                id -> id.endsWith("@proxy.example>"),
                ReceiptRecorderTest::ofReturnPath,
                new Alarm(alarms),
                clock);
    }

    private static Optional<String> ofReturnPath(String address) {
        return address.startsWith(RETURN_PATH)
                ? Optional.of("<" + address.substring(RETURN_PATH.length()) + ">")
                : Optional.empty();
    }

    @BeforeEach
    void acquire() {
        lease = store.acquire(
                        "mailbox/pec",
                        "node-1",
                        clock.instant(),
                        clock.instant().plusSeconds(600))
                .orElseThrow();
    }

    // ---- receipts that count

    @Test
    void receiptMovesItsMessageAndTheCursorTogether() {
        sent("m1", ANNA);
        Recording recording = record(mail(acceptance("m1", ANNA).build()));
        assertThat(recording).isEqualTo(new Recording(1, 0, false));
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE);
        assertThat(store.cursor(INBOX)).isPresent();
    }

    @Test
    void severalReceiptsOfOneMessageInOneUnitBuildOnEachOther() {
        sent("m1", ANNA, CARLA);
        record(
                mail(delivery("m1", CARLA).build()),
                mail(acceptance("m1", ANNA, CARLA).build()),
                mail(failure("m1", ANNA, FailureReason.MAILBOX_FULL, "5.2.2").build()));
        TrackedMessage after = store.get("m1");
        assertThat(after.version()).isEqualTo(5);
        assertThat(after.recipient(CARLA).orElseThrow().state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(after.recipient(ANNA).orElseThrow().state()).isEqualTo(RecipientState.FAILED);
        assertThat(events("m1")).containsExactly(EventType.PEC_DELIVERY, EventType.PEC_ACCEPTANCE, EventType.PEC_ERROR);
    }

    @Test
    void receiptWithoutTheMessageIdIsTiedByTheProvidersIdentifier() {
        TrackedMessage sent = sent("m1", ANNA);
        store.put(sent.next().providerMessageId(SampleReceipt.PROVIDER_ID).build());
        record(mail(delivery("m1", ANNA).originalId(null).build()));
        assertThat(store.get("m1").recipients().get(0).state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void providersIdentifierLearntInTheSameUnitTiesTheNextReceipt() {
        sent("m1", ANNA);
        record(
                mail(acceptance("m1", ANNA).build()),
                mail(delivery("m1", ANNA).originalId(null).build()));
        assertThat(store.get("m1").recipients().get(0).state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void messageIdDecidesBeforeTheProvidersIdentifier() {
        TrackedMessage other = sent("other", ANNA);
        store.put(other.next().providerMessageId(SampleReceipt.PROVIDER_ID).build());
        record(mail(delivery("unknown", ANNA).build()));
        assertThat(events("other")).isEmpty();
    }

    @Test
    void receiptIsKeptByteForByte() {
        sent("m1", ANNA);
        FetchedMail mail = mail(acceptance("m1", ANNA).build());
        record(mail);
        assertThat(recorder.content(only().id())).contains(mail.content());
        assertThat(only().contentKept()).isTrue();
        assertThat(only().fingerprint()).isEqualTo(mail.content().sha256());
    }

    @Test
    void contradictionIsTold() {
        sent("m1", ANNA);
        record(
                mail(failure("m1", ANNA, FailureReason.MAILBOX_FULL, "5.2.2").build()),
                mail(delivery("m1", ANNA).build()));
        assertThat(alarms.of(OperationalEvent.ReceiptsContradict.class))
                .containsExactly(
                        new OperationalEvent.ReceiptsContradict(store.get("m1").key(), ANNA));
    }

    // ---- once

    @Test
    void mailThatIsReadAgainIsPassedOver() {
        sent("m1", ANNA);
        FetchedMail mail = mail(acceptance("m1", ANNA).build());
        record(mail);
        assertThat(record(mail)).isEqualTo(new Recording(0, 0, false));
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void mailThatComesTwiceInOneReadingIsOne() {
        sent("m1", ANNA);
        FetchedMail mail = mail(acceptance("m1", ANNA).build());
        assertThat(record(mail, mail).recorded()).isEqualTo(1);
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void receiptOfTheSameMessageIdInOtherBytesIsARepetition() {
        sent("m1", ANNA);
        record(mail(acceptance("m1", ANNA).build()));
        record(mail(acceptance("m1", ANNA).build()));
        assertThat(store.count(Disposition.RECORDED)).isEqualTo(1);
        assertThat(store.count(Disposition.REPEATED)).isEqualTo(1);
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void repetitionInTheSameUnitIsARepetitionToo() {
        sent("m1", ANNA);
        record(mail(acceptance("m1", ANNA).build()), mail(acceptance("m1", ANNA).build()));
        assertThat(store.count(Disposition.REPEATED)).isEqualTo(1);
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void receiptsWithoutAMessageIdOfTheirOwnAreToldApartByTheirBytes() {
        sent("m1", ANNA, CARLA);
        record(
                mail(delivery("m1", ANNA).receiptId(null).build()),
                mail(delivery("m1", CARLA).receiptId(null).build()));
        assertThat(events("m1")).hasSize(2);
    }

    @Test
    void forgeryDoesNotTakeTheGenuineReceiptsPlace() {
        sent("m1", ANNA);
        record(mail(acceptance("m1", ANNA)
                .signature(Verdict.UNSIGNED, "no signature")
                .build()));
        record(mail(acceptance("m1", ANNA).build()));
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
    }

    // ---- refused

    @Test
    void forgedReceiptIsRefusedKeptAndToldOnce() {
        sent("m1", ANNA);
        FetchedMail forged = mail(
                delivery("m1", ANNA).signature(Verdict.UNSIGNED, "no signature").build());
        record(forged);
        record(forged);
        assertThat(store.get("m1").recipients().get(0).state()).isEqualTo(RecipientState.PENDING);
        assertThat(events("m1")).isEmpty();
        assertThat(only().disposition()).isEqualTo(Disposition.REFUSED);
        assertThat(only().message()).isEqualTo(store.get("m1").key());
        assertThat(only().contentKept()).isTrue();
        assertThat(alarms.of(OperationalEvent.ReceiptRefused.class)).hasSize(1);
    }

    @Test
    void refusedReceiptCountsWithItsOriginalTimeOnceTheTrustChanged() {
        sent("m1", ANNA);
        Instant certified = clock.instant().plusSeconds(7);
        record(mail(acceptance("m1", ANNA)
                .at(certified)
                .signature(Verdict.UNTRUSTED, "unknown provider")
                .build()));
        clock.advance(Duration.ofDays(3));
        account = Samples.pec("pec")
                .receiptTrust(ReceiptTrust.ACCEPT_VALID_SIGNATURE)
                .build();
        assertThat(recorder.reevaluate(account.key())).isEqualTo(1);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
        MessageEvent event = store.events(store.get("m1").key()).get(0);
        assertThat(event.type()).isEqualTo(EventType.PEC_ACCEPTANCE);
        assertThat(event.time()).isEqualTo(certified);
        assertThat(only().disposition()).isEqualTo(Disposition.RECORDED);
    }

    @Test
    void reevaluationYieldsAnEventOnceThoughTwoCopiesWereRefused() {
        sent("m1", ANNA);
        SampleReceipt untrusted = acceptance("m1", ANNA).signature(Verdict.UNTRUSTED, "unknown provider");
        record(mail(untrusted.build()), mail(untrusted.build()));
        account = Samples.pec("pec")
                .receiptTrust(ReceiptTrust.ACCEPT_VALID_SIGNATURE)
                .build();
        assertThat(recorder.reevaluate(account.key())).isEqualTo(1);
        assertThat(recorder.reevaluate(account.key())).isZero();
        assertThat(events("m1")).hasSize(1);
        assertThat(store.count(Disposition.REPEATED)).isEqualTo(1);
    }

    @Test
    void reevaluationChangesNothingAndTellsNothingWhileTheTrustIsTheSame() {
        sent("m1", ANNA);
        record(mail(acceptance("m1", ANNA)
                .signature(Verdict.UNSIGNED, "no signature")
                .build()));
        List<ReceiptRecord> before = store.receipts();
        assertThat(recorder.reevaluate(account.key())).isZero();
        assertThat(store.receipts()).isEqualTo(before);
        assertThat(alarms.of(OperationalEvent.ReceiptRefused.class)).hasSize(1);
    }

    @Test
    void reevaluationNotesANewReasonWithoutTellingAgain() {
        sent("m1", ANNA);
        FetchedMail mail = mail(acceptance("m1", ANNA)
                .signature(Verdict.NOT_CHECKED, "not checked")
                .build());
        record(mail);
        parser.knows(
                text(mail),
                acceptance("m1", ANNA)
                        .signature(Verdict.INVALID, "the content was changed")
                        .build());
        assertThat(recorder.reevaluate(account.key())).isZero();
        assertThat(only().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(alarms.of(OperationalEvent.ReceiptRefused.class)).hasSize(1);
    }

    @Test
    void reevaluationOfAnUnknownAccountFindsNothing() {
        assertThat(recorder.reevaluate(Samples.ordinaryAccount().key())).isZero();
    }

    @Test
    void reevaluationGoesBeyondOnePage() {
        for (int i = 0; i < 250; i++) {
            sent("m" + i, ANNA);
            record(mail(acceptance("m" + i, ANNA)
                    .signature(Verdict.UNTRUSTED, "unknown")
                    .build()));
        }
        account = Samples.pec("pec")
                .receiptTrust(ReceiptTrust.ACCEPT_VALID_SIGNATURE)
                .build();
        assertThat(recorder.reevaluate(account.key())).isEqualTo(250);
    }

    // ---- waiting

    @Test
    void receiptForAMessageThatIsBeingSentWaitsForItsEnding() {
        TrackedMessage sending = sending("m1", ANNA);
        assertThat(record(mail(acceptance("m1", ANNA).build()))).isEqualTo(new Recording(1, 1, false));
        assertThat(store.get("m1")).isEqualTo(sending);
        assertThat(recorder.recordWaiting(account)).isEqualTo(1);
        store.put(rules.settled(sending, FakeSender.ACCEPTED, account, clock.instant())
                .message());
        assertThat(recorder.recordWaiting(account)).isZero();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE);
        assertThat(only().disposition()).isEqualTo(Disposition.RECORDED);
    }

    @Test
    void receiptThatWaitedResolvesTheDoubt() {
        TrackedMessage sending = sending("m1", ANNA);
        record(mail(acceptance("m1", ANNA).build()));
        store.put(rules.settled(sending, new SendOutcome.Unknown("cut"), account, clock.instant())
                .message());
        recorder.recordWaiting(account);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(events("m1")).containsExactly(EventType.SENT, EventType.PEC_ACCEPTANCE);
    }

    @Test
    void allReceiptsThatWaitedAreRecordedInTheirOrder() {
        TrackedMessage sending = sending("m1", ANNA);
        record(mail(acceptance("m1", ANNA).build()), mail(delivery("m1", ANNA).build()));
        store.put(rules.settled(sending, FakeSender.ACCEPTED, account, clock.instant())
                .message());
        recorder.recordWaiting(account);
        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
    }

    @Test
    void waitingReceiptIsRecordedOnceThoughTwoNodesLook() {
        TrackedMessage sending = sending("m1", ANNA);
        record(mail(acceptance("m1", ANNA).build()));
        store.put(rules.settled(sending, FakeSender.ACCEPTED, account, clock.instant())
                .message());
        ReceiptRecorder other = recorder();
        AtomicInteger calls = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("record") && calls.getAndIncrement() == 0) {
                other.recordWaiting(account);
            }
        });
        recorder.recordWaiting(account);
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void waitingMailWhoseBytesCannotBeReadHoldsUpNoOther() {
        TrackedMessage first = sending("m1", ANNA);
        TrackedMessage second = sending("m2", ANNA);
        FetchedMail unreadable = mail(acceptance("m1", ANNA).build());
        BrokenContent broken = new BrokenContent(unreadable.content());
        record(new FetchedMail(INBOX, 1, 77, clock.instant(), 1, "", broken, null));
        record(mail(acceptance("m2", ANNA).build()));
        broken.breakDown();
        store.put(rules.settled(first, FakeSender.ACCEPTED, account, clock.instant())
                .message());
        store.put(rules.settled(second, FakeSender.ACCEPTED, account, clock.instant())
                .message());
        assertThat(recorder.recordWaiting(account)).isEqualTo(1);
        assertThat(store.get("m2").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    // ---- not ours

    @Test
    void receiptOfAnotherApplicationsMessageIsLeftAlone() {
        FetchedMail mail =
                mail(acceptance("m1", ANNA).originalId("<x@elsewhere.example>").build());
        assertThat(record(mail).recorded()).isEqualTo(1);
        assertThat(only().disposition()).isEqualTo(Disposition.FOREIGN);
        assertThat(only().contentKept()).isFalse();
        assertThat(alarms.of(OperationalEvent.class)).isEmpty();
    }

    @Test
    void receiptOfAMessageThatIsDeletedIsKept() {
        record(mail(acceptance("deleted", ANNA).build()));
        assertThat(only().disposition()).isEqualTo(Disposition.ORPHANED);
        assertThat(only().contentKept()).isTrue();
    }

    @Test
    void receiptInAnotherAccountsMailboxMovesNothing() {
        store.put(Samples.message(Samples.ordinaryAccount().key(), true, "m1", ANNA)
                .next()
                .state(MessageState.SENT)
                .build());
        record(mail(acceptance("m1", ANNA).build()));
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void certifiedMailThatCameInIsNoReceiptThoughItNamesOurMessage() {
        sent("m1", ANNA);
        PecMail receipt = acceptance("m1", ANNA).build();
        record(mail(new TransportEnvelope(
                receipt.head(), receipt.signature(), List.of(), Optional.empty(), Optional.empty())));
        assertThat(only().disposition()).isEqualTo(Disposition.IGNORED);
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void ordinaryMailIsIgnoredAndNotKept() {
        PecMail receipt = acceptance("m1", ANNA).build();
        record(mail(new OrdinaryMail(receipt.head(), receipt.signature(), List.of())));
        assertThat(only().disposition()).isEqualTo(Disposition.IGNORED);
        assertThat(only().contentKept()).isFalse();
    }

    @Test
    void mailThatCouldNotBeFetchedIsNotedWithItsReasonAndTold() {
        parser.knows(
                "",
                new UnreadableMail(
                        acceptance("m1").build().head(),
                        acceptance("m1").build().signature(),
                        List.of()));
        record(new FetchedMail(INBOX, 1, 9, null, 100, "", null, "the server gave up, three times"));
        assertThat(only().disposition()).isEqualTo(Disposition.UNREADABLE);
        assertThat(only().reason()).isEqualTo("the server gave up, three times");
        assertThat(alarms.of(OperationalEvent.MailUnreadable.class))
                .singleElement()
                .satisfies(told -> assertThat(told.uid()).isEqualTo(9));
    }

    @Test
    void mailThatWasPassedOverIsListedWithItsHeaderAndYieldsItsEventWhenItIsReadAfterAll() {
        sent("m1", ANNA);
        PecMail receipt = acceptance("m1", ANNA).build();
        String header = "X-Ricevuta: accettazione\r\n\r\n";
        parser.knows(header, new UnreadableMail(receipt.head(), receipt.signature(), List.of()));
        record(new FetchedMail(INBOX, 1, 9, clock.instant(), 100, header, null, "the line is dead"));
        SkippedMail skipped =
                recorder.skipped(account.key(), 0, 10).stream().findFirst().orElseThrow();
        assertThat(skipped.header()).isEqualTo(header);
        assertThat(skipped.uid()).isEqualTo(9);
        assertThat(skipped.reason()).isEqualTo("the line is dead");
        assertThat(events("m1")).isEmpty();

        ReceiptRecord earlier = only();
        FetchedMail whole = mail(receipt);
        assertThat(recorder.recordSkipped(account, lease, whole, earlier).recorded())
                .isEqualTo(1);

        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE);
        assertThat(recorder.skipped(account.key(), 0, 10)).isEmpty();
        assertThat(store.count(Disposition.RECORDED)).isEqualTo(1);
        assertThat(store.count(Disposition.IGNORED)).isEqualTo(1);
    }

    @Test
    void mailsThatCouldNotBeFetchedAreToldApartByTheirPlace() {
        parser.knows(
                "",
                new UnreadableMail(
                        acceptance("m1").build().head(),
                        acceptance("m1").build().signature(),
                        List.of()));
        record(
                new FetchedMail(INBOX, 1, 9, null, 100, "", null, "gone"),
                new FetchedMail(INBOX, 1, 10, null, 100, "", null, "gone"));
        assertThat(store.count(Disposition.UNREADABLE)).isEqualTo(2);
    }

    // ---- bounces

    @Test
    void bounceOfAnOrdinaryMessageIsRecorded() {
        ordinarySent("m1", ANNA, CARLA);
        record(mail(bounce("m1", "failed", ANNA, CARLA)));
        assertThat(events("m1")).containsExactly(EventType.BOUNCE, EventType.BOUNCE);
        assertThat(store.get("m1").recipients())
                .allSatisfy(one -> assertThat(one.state()).isEqualTo(RecipientState.FAILED));
        assertThat(only().disposition()).isEqualTo(Disposition.RECORDED);
    }

    @Test
    void bounceIsRecordedOnce() {
        ordinarySent("m1", ANNA);
        FetchedMail mail = mail(bounce("m1", "failed", ANNA));
        record(mail);
        record(mail);
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void aSecondCopyOfABounceUnderOtherHeadersRepeatsIt() {
        ordinarySent("m1", ANNA);
        record(mail(bounce("m1", "failed", ANNA)));
        record(mail(bounce("m1", "failed", ANNA)));
        assertThat(events("m1")).hasSize(1);
        assertThat(store.count(Disposition.REPEATED)).isEqualTo(1);
    }

    @Test
    void aBounceThatReportsSomethingElseUnderTheSameMessageIdIsNoCopy() {
        ordinarySent("m1", ANNA, CARLA);
        record(mail(bounce("m1", "failed", ANNA)));
        record(mail(bounce("m1", "failed", CARLA)));
        assertThat(events("m1")).hasSize(2);
    }

    @Test
    void bounceHasTheTimeOfItsArrivalHoweverLateItIsJudged() {
        sent("m1", ANNA);
        Instant arrived = clock.instant();
        record(mail(bounce("m1", "failed", ANNA)));
        clock.advance(Duration.ofHours(5));
        record(mail(acceptance("m1").lists(ANNA, RecipientType.EXTERNAL).build()));
        assertThat(recorder.recordWaiting(account)).isZero();
        assertThat(store.events(store.get("m1").key()))
                .filteredOn(event -> event.type() == EventType.BOUNCE)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.time()).isEqualTo(arrived);
                    assertThat(event.recordedAt()).isEqualTo(clock.instant());
                });
    }

    @Test
    void notificationOfSuccessIsIgnored() {
        ordinarySent("m1", ANNA);
        record(mail(bounce("m1", "delivered", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.IGNORED);
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void bounceOfSomebodyElsesMessageIsLeftAlone() {
        record(mail(bounceOf("<x@elsewhere.example>", null, List.of(), "failed", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.FOREIGN);
        assertThat(only().contentKept()).isFalse();
    }

    @Test
    void bounceOfAMessageThatIsDeletedIsKept() {
        record(mail(bounce("deleted", "failed", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.ORPHANED);
        assertThat(only().contentKept()).isTrue();
    }

    @Test
    void bounceThatReturnsNothingIsTiedByTheReversePathItCameBackTo() {
        ordinarySentFrom("bounce+m1@proxy.example", "m1", ANNA);
        record(mail(bounceTo(List.of("box@mail.example", "bounce+m1@proxy.example"), ANNA)));
        assertThat(events("m1")).containsExactly(EventType.BOUNCE);
        assertThat(store.get("m1").recipients().get(0).state()).isEqualTo(RecipientState.FAILED);
    }

    @Test
    void returnedHeadersDecideBeforeTheReversePath() {
        ordinarySentFrom("bounce+m1@proxy.example", "m1", ANNA);
        ordinarySentFrom("bounce+m2@proxy.example", "m2", ANNA);
        record(mail(bounceOf(Samples.messageId("m2"), null, List.of("bounce+m1@proxy.example"), "failed", ANNA)));
        assertThat(events("m1")).isEmpty();
        assertThat(events("m2")).containsExactly(EventType.BOUNCE);
    }

    @Test
    void reversePathDecidesWhereTheReturnedHeadersNameNothingOfOurs() {
        ordinarySentFrom("bounce+m1@proxy.example", "m1", ANNA);
        record(mail(bounceOf("<x@gateway.example>", null, List.of("bounce+m1@proxy.example"), "failed", ANNA)));
        assertThat(events("m1")).containsExactly(EventType.BOUNCE);
    }

    @Test
    void bounceToAReversePathThatTheMessageWasNotSentWithIsLeftAlone() {
        ordinarySentFrom("bruno@mail.example", "m1", ANNA);
        record(mail(bounceTo(List.of("bounce+m1@proxy.example"), ANNA)));
        assertThat(events("m1")).isEmpty();
        assertThat(only().disposition()).isEqualTo(Disposition.FOREIGN);
    }

    @Test
    void bounceToTheReversePathOfADeletedMessageIsKept() {
        record(mail(bounceTo(List.of("bounce+deleted@proxy.example"), ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.ORPHANED);
        assertThat(only().contentKept()).isTrue();
    }

    @Test
    void bounceToTheReversePathOfACertifiedMessageDecidesNothingAboutACertifiedRecipient() {
        sent(Samples.message(account.key(), true, "bounce+m1@proxy.example", "m1", List.of(ANNA)));
        record(mail(acceptance("m1", ANNA).build()));
        record(mail(bounceTo(List.of("bounce+m1@proxy.example"), ANNA)));
        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE);
        assertThat(store.get("m1").recipients().get(0).state()).isEqualTo(RecipientState.ACCEPTED);
    }

    @Test
    void bounceOfTheEnvelopeOfADeletedMessageIsKept() {
        record(mail(bounceOf("<x@provider.example>", Samples.messageId("deleted"), List.of(), "failed", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.ORPHANED);
    }

    @Test
    void notificationOfDelayIsIgnoredAndToldFromAFailure() {
        ordinarySent("m1", ANNA);
        record(mail(bounce("m1", "delayed", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.IGNORED);
        assertThat(only().reason()).contains("delay");
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void bounceThatComesBeforeTheAcceptanceWaitsForIt() {
        sent("m1", ANNA);
        record(mail(bounce("m1", "failed", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.WAITING);
        assertThat(events("m1")).isEmpty();

        record(mail(acceptance("m1").lists(ANNA, RecipientType.EXTERNAL).build()));
        assertThat(recorder.recordWaiting(account)).isZero();
        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE, EventType.BOUNCE);
        assertThat(store.get("m1").recipients().get(0).state()).isEqualTo(RecipientState.FAILED);
    }

    @Test
    void bounceThatComesBeforeTheAcceptanceDecidesNothingAboutACertifiedRecipient() {
        sent("m1", ANNA);
        record(mail(bounce("m1", "failed", ANNA)));

        record(mail(acceptance("m1", ANNA).build()));
        assertThat(recorder.recordWaiting(account)).isZero();
        assertThat(events("m1")).containsExactly(EventType.PEC_ACCEPTANCE);
        assertThat(store.count(Disposition.IGNORED)).isEqualTo(1);
    }

    @Test
    void bounceWaitsForAnAcceptanceThatNeverComesForThirtyDaysOnly() {
        sent("m1", ANNA);
        record(mail(bounce("m1", "failed", ANNA)));
        clock.advance(ReceiptJudge.LONGEST_WAIT.minusSeconds(1));
        assertThat(recorder.recordWaiting(account)).isEqualTo(1);

        clock.advance(Duration.ofSeconds(1));
        assertThat(recorder.recordWaiting(account)).isZero();
        assertThat(only().disposition()).isEqualTo(Disposition.IGNORED);
        assertThat(only().reason()).contains("never told");
        assertThat(only().message()).isEqualTo(store.get("m1").key());
    }

    @Test
    void bounceForAMessageThatIsBeingSentWaits() {
        sending("m1", ANNA);
        record(mail(bounce("m1", "failed", ANNA)));
        assertThat(only().disposition()).isEqualTo(Disposition.WAITING);
    }

    // ---- races

    @Test
    void everythingIsDecidedAgainWhenAMessageMovedOnMeanwhile() {
        sent("m1", ANNA);
        AtomicInteger calls = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("record") && calls.getAndIncrement() == 0) {
                store.put(store.get("m1").next().lastError("something else").build());
            }
        });
        record(mail(acceptance("m1", ANNA).build()));
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(store.get("m1").lastError()).isEqualTo("something else");
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void nothingIsRecordedAndNothingToldWhenAnotherNodeReadsTheMailboxNow() {
        sent("m1", ANNA);
        FetchedMail forged = mail(acceptance("m1", ANNA)
                .signature(Verdict.UNSIGNED, "no signature")
                .build());
        clock.advance(Duration.ofMinutes(20));
        store.acquire("mailbox/pec", "node-2", clock.instant(), clock.instant().plusSeconds(600));
        assertThat(record(forged)).isEqualTo(new Recording(0, 0, true));
        assertThat(store.receipts()).isEmpty();
        assertThat(store.cursor(INBOX)).isEmpty();
        assertThat(alarms.of(OperationalEvent.class)).isEmpty();
    }

    @Test
    void givesUpForNowWhenTheMessagesNeverStandStill() {
        sent("m1", ANNA);
        FetchedMail mail = mail(acceptance("m1", ANNA).build());
        store.before(operation -> {
            if (operation.equals("record")) {
                store.put(store.get("m1").next().build());
            }
        });
        assertThatThrownBy(() -> record(mail)).isInstanceOf(RetryableStoreException.class);
        assertThat(store.receipts()).isEmpty();
    }

    @Test
    void nothingIsToldOfWhatCouldNotBeStored() {
        sent("m1", ANNA);
        FetchedMail forged = mail(acceptance("m1", ANNA)
                .signature(Verdict.UNSIGNED, "no signature")
                .build());
        store.before(operation -> {
            if (operation.equals("record")) {
                throw new RetryableStoreException("away", null);
            }
        });
        assertThatThrownBy(() -> record(forged)).hasMessage("away");
        assertThat(alarms.of(OperationalEvent.class)).isEmpty();
    }

    @Test
    void readingWithoutMailsMovesTheCursor() {
        assertThat(record().recorded()).isZero();
        assertThat(store.cursor(INBOX)).isPresent();
    }

    @Test
    void archiveListsWhatWasMadeOfEveryMail() {
        sent("m1", ANNA);
        record(
                mail(acceptance("m1", ANNA).build()),
                mail(acceptance("m2", ANNA).originalId("<x@elsewhere.example>").build()));
        assertThat(recorder.list(ReceiptFilter.ALL.ofMessage(store.get("m1").key())))
                .extracting(ReceiptRecord::disposition)
                .containsExactly(Disposition.RECORDED);
        assertThat(recorder.list(ReceiptFilter.ALL)).hasSize(2);
    }

    private Recording record(FetchedMail... mails) {
        return recorder.prepare(account, List.of(mails))
                .record(lease, List.of(new MailboxCursor(INBOX, 1, uid, clock.instant())));
    }

    private FetchedMail mail(PecMail meaning) {
        uid++;
        String bytes = "mail " + uid;
        parser.knows(bytes, meaning);
        return new FetchedMail(INBOX, 1, uid, clock.instant(), bytes.length(), "", SampleContent.of(bytes), null);
    }

    private String text(FetchedMail mail) {
        return "mail " + mail.uid();
    }

    private TrackedMessage sent(String id, String... recipients) {
        return sent(Samples.pecMessage(id, recipients));
    }

    private TrackedMessage sent(TrackedMessage waiting) {
        return store.put(waiting.next()
                .state(MessageState.SENT)
                .attempts(1)
                .sentAt(clock.instant())
                .build());
    }

    private void ordinarySent(String id, String... recipients) {
        ordinarySentFrom(Samples.SENDER, id, recipients);
    }

    private void ordinarySentFrom(String reversePath, String id, String... recipients) {
        TrackedMessage sending = Samples.leased(
                Samples.message(account.key(), false, reversePath, id, List.of(recipients)),
                clock.instant().plusSeconds(60));
        store.put(rules.settled(sending, FakeSender.ACCEPTED, Samples.ordinaryAccount(), clock.instant())
                .message());
    }

    private TrackedMessage sending(String id, String... recipients) {
        return store.put(Samples.leased(
                Samples.pecMessage(id, recipients), clock.instant().plusSeconds(60)));
    }

    private static Bounce bounce(String id, String action, String... recipients) {
        return bounceOf(Samples.messageId(id), null, List.of(), action, recipients);
    }

    private static Bounce bounceTo(List<String> addresses, String... recipients) {
        return bounceOf(null, null, addresses, "failed", recipients);
    }

    private static Bounce bounceOf(
            @Nullable String messageId,
            @Nullable String reference,
            List<String> sentTo,
            String action,
            String... recipients) {
        PecMail sample = acceptance("bounced").build();
        return new Bounce(
                sample.head(),
                sample.signature(),
                List.of(),
                Optional.empty(),
                Arrays.stream(recipients)
                        .map(address -> new BouncedRecipient(
                                Optional.of(address),
                                Optional.empty(),
                                Optional.of(action),
                                Optional.of("5.1.1"),
                                Optional.of("no such user"),
                                Optional.empty()))
                        .toList(),
                Optional.ofNullable(messageId),
                Optional.ofNullable(reference),
                sentTo);
    }

    private ReceiptRecord only() {
        assertThat(store.receipts()).hasSize(1);
        return store.receipts().get(0);
    }

    private List<EventType> events(String id) {
        return store.events(store.get(id).key()).stream()
                .map(MessageEvent::type)
                .toList();
    }
}
