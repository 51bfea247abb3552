package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.imap.Reread;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultImapReceiptPollerTest {
    private final PollerFixture fixture = new PollerFixture();
    private final FakeMailbox mailbox = fixture.mailbox;
    private final FakeRecorder recorder = fixture.recorder;

    // ------------------------------------------------------------------------------------------ what is read

    @Test
    void readsTheWholeReceiptAndOnlyTheHeadersOfOtherMail() {
        DefaultImapReceiptPoller poller = polledOnce();
        mailbox.deliverReceipt("receipt");
        mailbox.deliver("Subject: ACCETTAZIONE: not a receipt\r\n", "private");

        assertThat(poller.pollOnce()).isEqualTo(2);

        assertThat(recorder.entries().get(0).content()).endsWith("\r\n\r\nbody of receipt");
        assertThat(recorder.entries().get(1).content()).isNull();
        assertThat(recorder.entries().get(1).mail().header()).contains("not a receipt");
        assertThat(recorder.entries().get(1).mail().trouble()).isNull();
    }

    @Test
    void readsNothingTwice() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(10);

        assertThat(poller.pollOnce()).isEqualTo(10);
        assertThat(poller.pollOnce()).isZero();
        assertThat(recorder.repeated()).isEmpty();
    }

    @Test
    void readsMailThatArrivesWhileItReads() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(1);
        AtomicBoolean once = new AtomicBoolean();
        mailbox.failing((command, uids) -> {
            if (command.equals("contents") && once.compareAndSet(false, true)) {
                mailbox.deliverReceipt("late");
            }
        });

        assertThat(poller.pollOnce()).isEqualTo(2);
    }

    @Test
    void tellsUpToWhenTheMailboxWasRead() {
        DefaultImapReceiptPoller poller = polledOnce();
        fixture.clock.advance(Duration.ofMinutes(1));
        Instant asked = fixture.clock.instant();

        poller.pollOnce();

        assertThat(fixture.cursor().readUpTo()).isEqualTo(asked);
        assertThat(status(poller).lastRead()).isEqualTo(asked);
    }

    @Test
    void doesNotClaimToHaveReadWhatArrivedAfterTheServerWasAsked() {
        DefaultImapReceiptPoller poller = polledOnce();
        Instant asked = fixture.clock.instant();
        mailbox.failing((command, uids) -> fixture.clock.advance(Duration.ofSeconds(20)));

        poller.pollOnce();

        assertThat(fixture.cursor().readUpTo()).isEqualTo(asked);
    }

    @Test
    void theCursorNeverCoversMailThatWasNotHandedOver() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(10);
        mailbox.failing((command, uids) -> {
            if (command.equals("headers") && Arrays.stream(uids).anyMatch(uid -> uid == 7)) {
                throw FakeMailbox.refused();
            }
        });

        poller.pollOnce();

        assertThat(recorder.uids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(fixture.cursor().lastUid()).isEqualTo(6);
        assertThat(fixture.cursor().readUpTo()).isBefore(fixture.clock.instant().plusMillis(1));
    }

    @Test
    void readsEveryFolderWithACursorOfItsOwn() {
        fixture.account(
                PollerFixture.account("pec").folders("INBOX", "Ricevute").build());
        mailbox.folder("Ricevute");
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(2);
        mailbox.folder("Ricevute").add("X-Ricevuta: accettazione\r\n", "filed", fixture.clock.instant());

        assertThat(poller.pollOnce()).isEqualTo(3);
        assertThat(fixture.cursor("INBOX").lastUid()).isEqualTo(2);
        assertThat(fixture.cursor("Ricevute").lastUid()).isEqualTo(1);
    }

    @Test
    void aMissingFolderIsToldOfAndKeepsNoOtherFromBeingRead() {
        fixture.account(
                PollerFixture.account("pec").folders("INBOX", "Ricevute").build());
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(2);
        fixture.clock.advance(Duration.ofMinutes(1));

        assertThat(poller.pollOnce()).isEqualTo(2);
        assertThat(status(poller).trouble()).contains("Ricevute");
        assertThat(status(poller).lastRead()).isNull();
    }

    @Test
    void mailExpungedMeanwhileIsNotMissed() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(6);
        AtomicBoolean once = new AtomicBoolean();
        mailbox.failing((command, uids) -> {
            if (command.equals("headers") && once.compareAndSet(false, true)) {
                mailbox.folder("INBOX").expunge(2);
            } else if (command.equals("contents")) {
                mailbox.folder("INBOX").expunge(4);
                mailbox.folder("INBOX").expunge(6);
            }
        });

        assertThat(poller.pollOnce()).isEqualTo(3);
        assertThat(recorder.uids()).containsExactly(1L, 3L, 5L);
        assertThat(status(poller).trouble()).isNull();
    }

    // ------------------------------------------------------------------------------------------- first reading

    @Test
    void beginsWithTheMailOfThePresent() {
        mailbox.folder("INBOX")
                .add(
                        "X-Ricevuta: accettazione\r\n",
                        "old",
                        fixture.clock.instant().minusSeconds(3600));

        DefaultImapReceiptPoller poller = fixture.start();
        poller.pollOnce();
        mailbox.deliverReceipt("new");
        poller.pollOnce();

        assertThat(recorder.entries())
                .extracting(FakeRecorder.Entry::content)
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .endsWith("body of new");
    }

    @Test
    void beginsWithTheMailOfAGivenDay() {
        Instant from = fixture.clock.instant().minus(Duration.ofDays(40));
        fixture.account(PollerFixture.account("pec").readFrom(from).build());
        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "too old", from.minusSeconds(1));
        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "old enough", from);

        assertThat(fixture.start().pollOnce()).isEqualTo(1);
        assertThat(fixture.cursor().lastUid()).isEqualTo(2);
    }

    @Test
    void missesNothingThatArrivedBeforeTheServerCouldFirstBeReached() {
        mailbox.refusingConnections(new MailboxException(Kind.UNREACHABLE, "no route", null));
        fixture.start().pollOnce();
        mailbox.deliverReceipt("while unreachable");
        fixture.clock.advance(Duration.ofHours(2));
        mailbox.refusingConnections(null);

        assertThat(fixture.start().pollOnce()).isEqualTo(1);
    }

    @Test
    void mailFromBeforeTheFirstReadingStaysUnreadForGood() {
        mailbox.folder("INBOX")
                .add(
                        "X-Ricevuta: accettazione\r\n",
                        "old",
                        fixture.clock.instant().minusSeconds(3600));
        fixture.start().pollOnce();

        assertThat(fixture.start().pollOnce()).isZero();
        assertThat(fixture.cursor().lastUid()).isEqualTo(1);
    }

    @Test
    void aMailThatIsMovedHereLaterIsReadHoweverOldItIs() {
        DefaultImapReceiptPoller poller = polledOnce();
        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "moved", Instant.EPOCH);

        assertThat(poller.pollOnce()).isEqualTo(1);
        assertThat(recorder.entries().get(0).content()).endsWith("moved");
    }

    @Test
    void aMailThatIsMovedFromOneWatchedFolderToAnotherIsRecordedOnce() {
        fixture.account(
                PollerFixture.account("pec").folders("INBOX", "Ricevute").build());
        mailbox.folder("Ricevute");
        DefaultImapReceiptPoller poller = polledOnce();
        Instant arrived = fixture.clock.instant();
        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "moved", arrived);
        assertThat(poller.pollOnce()).isEqualTo(1);
        mailbox.folder("INBOX").expunge(1);
        mailbox.folder("Ricevute").add("X-Ricevuta: accettazione\r\n", "moved", arrived);

        assertThat(poller.pollOnce()).isZero();
        assertThat(recorder.repeated()).hasSize(1);
        assertThat(fixture.cursor("Ricevute").lastUid()).isEqualTo(1);
    }

    // --------------------------------------------------------------------------------------------- renumbering

    @Test
    void aRenumberedFolderIsReadAgainAndNothingIsRecordedTwice() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(5);
        poller.pollOnce();
        mailbox.folder("INBOX").expunge(1);
        mailbox.folder("INBOX").renumber();
        mailbox.deliverReceipt("after");

        assertThat(poller.pollOnce()).isEqualTo(1);

        assertThat(recorder.entries()).hasSize(6);
        assertThat(recorder.repeated()).hasSize(4);
        assertThat(fixture.cursor().uidValidity()).isEqualTo(2);
        assertThat(fixture.events)
                .containsExactly(new OperationalEvent.MailboxRenumbered(PollerFixture.ACCOUNT, "INBOX"));
    }

    @Test
    void aRenumberedFolderIsReadFromTheLookBackOnly() {
        DefaultImapReceiptPoller poller = polledOnce();
        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "imported", Instant.parse("2020-01-01T00:00:00Z"));
        poller.pollOnce();
        mailbox.folder("INBOX").renumber();

        poller.pollOnce();

        assertThat(recorder.repeated()).isEmpty();
        assertThat(fixture.cursor().lastUid()).isEqualTo(1);
    }

    // ------------------------------------------------------------------------------------------------ failures

    @Test
    void aCutConnectionIsOpenedAgainWithoutAnyAlarm() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(3);
        mailbox.cutConnections();

        assertThat(poller.pollOnce()).isEqualTo(3);
        assertThat(fixture.events).isEmpty();
    }

    @Test
    void aBatchThatFailsOnceIsReadInSmallerOnes() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(9);
        AtomicInteger failures = new AtomicInteger();
        mailbox.failing((command, uids) -> {
            if (command.equals("contents") && failures.incrementAndGet() == 2) {
                throw FakeMailbox.lost();
            }
        });

        assertThat(poller.pollOnce()).isEqualTo(9);
        assertThat(fixture.events).isEmpty();
    }

    @Test
    void aMailThatBreaksTheConnectionIsPassedOverWithARecordOnceTheOthersProveTheServerWell() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(10);
        poison(5, true);

        pollUntilRead(poller, 20);

        assertThat(recorder.uids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(recorder.entries().get(4).content()).isNull();
        assertThat(recorder.entries().get(4).mail().trouble()).contains("the line is dead");
        assertThat(recorder.entries().get(4).mail().header()).contains("X-Ricevuta");
    }

    @Test
    void aSkippedMailIsReadAgainOnRequestAndMovesNoCursor() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(3);
        poison(2, false);
        pollUntilRead(poller, 40);
        fixture.store.skip(skipped(7, 1, 2));
        MailboxCursor before = fixture.cursor();

        assertThat(poller.reread(PollerFixture.ACCOUNT, 7)).isEqualTo(Reread.STILL_UNREADABLE);
        mailbox.failing(null);
        assertThat(poller.reread(PollerFixture.ACCOUNT, 7)).isEqualTo(Reread.READ);

        assertThat(recorder.entries().get(3).mail().uid()).isEqualTo(2);
        assertThat(recorder.entries().get(3).content()).contains("body of receipt 1");
        assertThat(recorder.entries().get(3).mail().trouble()).isNull();
        assertThat(fixture.cursor()).isEqualTo(before);
        assertThat(poller.reread(PollerFixture.ACCOUNT, 7)).isEqualTo(Reread.NOT_SKIPPED);
    }

    @Test
    void aSkippedMailThatIsGoneOrWasRenumberedIsNotTakenForAnother() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(2);
        fixture.store.skip(skipped(7, 1, 1));
        fixture.store.skip(skipped(8, 99, 2));
        mailbox.folder("INBOX").expunge(1);

        assertThat(poller.reread(PollerFixture.ACCOUNT, 7)).isEqualTo(Reread.GONE);
        assertThat(poller.reread(PollerFixture.ACCOUNT, 8)).isEqualTo(Reread.GONE);
        assertThat(poller.reread(PollerFixture.ACCOUNT, 9)).isEqualTo(Reread.NOT_SKIPPED);
        assertThat(poller.reread(new AccountKey("default", "nobody"), 7)).isEqualTo(Reread.NOT_SKIPPED);
        assertThat(recorder.entries()).isEmpty();
    }

    @Test
    void aSkippedMailIsNotReadWhileAnotherNodeReadsTheMailbox() {
        DefaultImapReceiptPoller other = fixture.start();
        other.start();
        try {
            Awaitility.await().until(() -> status(other).lastRead() != null);
            fixture.store.skip(skipped(7, 1, 1));
            assertThat(fixture.start().reread(PollerFixture.ACCOUNT, 7)).isEqualTo(Reread.BUSY);
        } finally {
            other.stop(Duration.ofSeconds(10));
        }
    }

    @Test
    void aMailThatTheServerRefusesIsPassedOverEvenIfNothingLiesBehindIt() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(3);
        poison(3, false);

        int polls = pollUntilRead(poller, 40);

        assertThat(recorder.uids()).containsExactly(1L, 2L, 3L);
        assertThat(recorder.entries().get(2).mail().trouble()).contains("the server says NO");
        assertThat(polls).isGreaterThan(FolderPass.MOST_TRIES / 2 - 1);
    }

    @Test
    void noMailIsPassedOverWhileTheServerGivesNone() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(10);
        mailbox.failing((command, uids) -> {
            if (command.equals("contents")) {
                throw FakeMailbox.refused();
            }
        });

        for (int poll = 0; poll < FolderPass.TRIES - 1; poll++) {
            poller.pollOnce(PollerFixture.ACCOUNT);
        }
        assertThat(recorder.entries()).isEmpty();
        mailbox.failing(null);

        assertThat(poller.pollOnce(PollerFixture.ACCOUNT)).isEqualTo(10);
        assertThat(fixture.events).noneMatch(OperationalEvent.MailUnreadable.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMailThatIsListedButNeverGivenIsNotPassedOverSilently(boolean withoutHeader) {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(4);
        // The server says OK to each FETCH and leaves that mail out.
        mailbox.withholding(2, withoutHeader);

        poller.pollOnce();

        assertThat(fixture.cursor().lastUid()).isEqualTo(1);

        pollUntilRead(poller, 20);

        assertThat(recorder.uids()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(recorder.entries().get(1).mail().trouble()).contains("does not give it");
    }

    @Test
    void aMailThatCannotBeRecordedIsHandedOverAsUnreadable() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(6);
        recorder.refusing(mail -> mail.uid() == 3 && mail.content() != null);

        pollUntilRead(poller, 40);

        assertThat(recorder.uids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(recorder.entries().get(2).mail().trouble()).contains("cannot be recorded");
    }

    @Test
    void tellsOnceForEachTimeThatAMailboxFillsUp() {
        DefaultImapReceiptPoller poller = fixture.start();
        for (long used : new long[] {89, 90, 95, 80, 91}) {
            mailbox.quota(new MailboxQuota("STORAGE", used, 100));
            poller.pollOnce();
            assertThat(status(poller).quota()).isEqualTo(new MailboxQuota("STORAGE", used, 100));
            fixture.clock.advance(ImapReceiptPoller.QUOTA_INTERVAL);
        }

        assertThat(fixture.events)
                .containsExactly(
                        new OperationalEvent.MailboxFilling(
                                PollerFixture.ACCOUNT, new MailboxQuota("STORAGE", 90, 100)),
                        new OperationalEvent.MailboxFilling(
                                PollerFixture.ACCOUNT, new MailboxQuota("STORAGE", 91, 100)));
    }

    @Test
    void asksForTheQuotaNowAndThenOnly() {
        mailbox.quota(new MailboxQuota("STORAGE", 1, 100));
        DefaultImapReceiptPoller poller = polledOnce();
        poller.pollOnce();
        fixture.clock.advance(ImapReceiptPoller.QUOTA_INTERVAL.minusSeconds(1));
        poller.pollOnce();

        assertThat(fixture.steps.taken()).filteredOn("quota"::equals).hasSize(1);
    }

    @Test
    void aServerThatHangsUpWhenAskedForTheQuotaIsNoBlindMailbox() {
        mailbox.quota(new MailboxQuota("STORAGE", 1, 100));
        mailbox.failing((command, uids) -> {
            if (command.equals("quota")) {
                throw FakeMailbox.lost();
            }
        });
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(3);

        assertThat(poller.pollOnce()).isEqualTo(3);
        assertThat(status(poller).trouble()).isNull();
        assertThat(fixture.events).isEmpty();
    }

    @Test
    void aFirstReadingTellsHowMuchIsLeft() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(10);
        List<Long> unread = new ArrayList<>();
        mailbox.failing((command, uids) -> {
            if (command.equals("contents")) {
                unread.add(status(poller).unread());
            }
        });

        poller.pollOnce();

        assertThat(unread).containsExactly(10L, 6L, 2L);
        assertThat(status(poller).unread()).isZero();
    }

    @Test
    void tellsOfEachTenthOfALongReading() {
        fixture.settings = PollerSettings.defaults().withBatch(30);
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(ReadingProgress.BACKLOG);

        poller.pollOnce();

        assertThat(progress()).containsExactly(120L, 210L, 300L, 420L, 510L, 600L, 720L, 810L, 900L, 1_000L);
        assertThat(fixture.events).allSatisfy(event -> {
            OperationalEvent.MailboxProgress told = (OperationalEvent.MailboxProgress) event;
            assertThat(told.account()).isEqualTo(PollerFixture.ACCOUNT);
            assertThat(told.folder()).isEqualTo("INBOX");
            assertThat(told.total()).isEqualTo(1_000);
        });
        deliver(10);
        poller.pollOnce();
        assertThat(fixture.events).hasSize(10);
    }

    @Test
    void tellsNothingOfTheProgressOfAShortReading() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(ReadingProgress.BACKLOG - 1);

        poller.pollOnce();

        assertThat(fixture.events).isEmpty();
    }

    @Test
    void countsALongReadingAsOneOverTurnsAndACutConnection() {
        ReadingProgress progress = new ReadingProgress();
        progress.found("INBOX", 2_000);
        assertThat(progress.left("INBOX", 1_500)).hasValue(2_000);
        assertThat(progress.left("Ricevute", 7)).isEmpty();

        progress.found("INBOX", 1_500);
        assertThat(progress.left("INBOX", 1_401)).isEmpty();
        assertThat(progress.left("INBOX", 1_400)).hasValue(2_000);
        assertThat(progress.unread()).isEqualTo(1_400);
        progress.found("INBOX", 900);
        assertThat(progress.left("INBOX", 0)).hasValue(2_000);

        progress.found("INBOX", 10);
        assertThat(progress.left("INBOX", 0)).isEmpty();
    }

    @Test
    void aLongReadingThatAnotherNodeEndedIsToldOfNoMore() {
        ReadingProgress progress = new ReadingProgress();
        progress.found("INBOX", 2_000);
        progress.nothingLeft("INBOX");

        progress.found("INBOX", 10);
        assertThat(progress.left("INBOX", 0)).isEmpty();
    }

    private List<Long> progress() {
        return fixture.events.stream()
                .map(OperationalEvent.MailboxProgress.class::cast)
                .map(OperationalEvent.MailboxProgress::read)
                .toList();
    }

    @Test
    void tellsOnceThatAMailboxIsBlindAndOnceThatItCanBeRead() {
        DefaultImapReceiptPoller poller = polledOnce();
        mailbox.cutConnections();
        mailbox.refusingConnections(new MailboxException(Kind.UNREACHABLE, "no route", null));
        Instant since = fixture.clock.instant();
        for (int poll = 0; poll < 3; poll++) {
            poller.pollOnce(PollerFixture.ACCOUNT);
            fixture.clock.advance(Duration.ofMinutes(1));
        }
        assertThat(status(poller).blindSince()).isEqualTo(since);
        assertThat(status(poller).trouble()).isEqualTo("no route");

        mailbox.refusingConnections(null);
        poller.pollOnce(PollerFixture.ACCOUNT);
        poller.pollOnce(PollerFixture.ACCOUNT);

        assertThat(fixture.events)
                .containsExactly(
                        new OperationalEvent.MailboxBlind(PollerFixture.ACCOUNT, since, "no route"),
                        new OperationalEvent.MailboxReadable(PollerFixture.ACCOUNT));
        assertThat(status(poller).blindSince()).isNull();
        assertThat(status(poller).trouble()).isNull();
    }

    @Test
    void aFailingMailboxRestsLongerAndLonger() {
        mailbox.refusingConnections(new MailboxException(Kind.UNREACHABLE, "no route", null));
        DefaultImapReceiptPoller poller = fixture.start();

        int attempts = attemptsWithin(poller, Duration.ofHours(1));

        // 1 + 2 + 4 + … + 256 s, then every 5 minutes.
        assertThat(attempts).isBetween(17, 27);
    }

    @Test
    void refusedCredentialsAreTriedRarely() {
        mailbox.refusingConnections(new MailboxException(Kind.LOGIN_REFUSED, "wrong password", null));

        assertThat(attemptsWithin(fixture.start(), Duration.ofHours(4))).isBetween(6, 9);
    }

    @Test
    void correctedCredentialsAreTriedAtOnce() {
        mailbox.refusingConnections(new MailboxException(Kind.LOGIN_REFUSED, "wrong password", null));
        DefaultImapReceiptPoller poller = polledOnce();
        mailbox.refusingConnections(null);
        poller.pollOnce();
        assertThat(mailbox.logins()).isZero();

        fixture.account(PollerFixture.account("pec")
                .imapCredentials("pec@pec.example", "the right one")
                .build());
        poller.pollOnce();

        assertThat(mailbox.logins()).isEqualTo(1);
        assertThat(status(poller).trouble()).isNull();
    }

    @Test
    void oneDeadMailboxKeepsNoOtherFromBeingRead() {
        fixture.accounts.add(0, PollerFixture.account("a-dead").build());
        DefaultImapReceiptPoller poller = new DefaultImapReceiptPoller(
                () -> fixture.accounts,
                fixture.store.asStore(),
                recorder,
                account -> {
                    if (account.key().id().equals("a-dead")) {
                        throw new MailboxException(Kind.UNREACHABLE, "dead", null);
                    }
                    return mailbox.connect(account);
                },
                fixture.events::add,
                fixture.clock,
                "node",
                fixture.settings);
        poller.pollOnce();
        mailbox.deliverReceipt("alive");

        assertThat(poller.pollOnce()).isEqualTo(1);
    }

    @Test
    void aListenerThatThrowsChangesNothing() {
        DefaultImapReceiptPoller poller = new DefaultImapReceiptPoller(
                () -> fixture.accounts,
                fixture.store.asStore(),
                recorder,
                mailbox,
                event -> {
                    throw new IllegalStateException("listener");
                },
                fixture.clock,
                "node",
                fixture.settings);
        poller.pollOnce();
        deliver(1);
        poller.pollOnce();
        mailbox.folder("INBOX").renumber();
        mailbox.deliverReceipt("after");

        assertThat(poller.pollOnce()).isEqualTo(1);
    }

    // ----------------------------------------------------------------------------------------- more than one node

    @Test
    void twoNodesReadEveryMailOnce() {
        DefaultImapReceiptPoller one = fixture.start();
        DefaultImapReceiptPoller other = fixture.start();
        one.pollOnce();
        deliver(3);
        assertThat(other.pollOnce()).isEqualTo(3);
        mailbox.deliverReceipt("more");

        assertThat(one.pollOnce()).isEqualTo(1);
        assertThat(recorder.repeated()).isEmpty();
    }

    @Test
    void aNodeThatLostItsRightMeanwhileRecordsNothingMore() {
        DefaultImapReceiptPoller slow = polledOnce();
        DefaultImapReceiptPoller other = fixture.start();
        deliver(10);
        AtomicBoolean once = new AtomicBoolean();
        mailbox.failing((command, uids) -> {
            if (command.equals("contents") && uids[0] == 5 && once.compareAndSet(false, true)) {
                // The slow node sleeps longer than its lease lasts.
                fixture.clock.advance(fixture.settings.leaseTime().plusSeconds(1));
                other.pollOnce();
            }
        });

        assertThat(slow.pollOnce()).isEqualTo(4);
        assertThat(recorder.uids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(recorder.repeated()).isEmpty();
    }

    @Test
    void prolongsItsRightWhileItReads() {
        DefaultImapReceiptPoller slow = polledOnce();
        DefaultImapReceiptPoller other = fixture.start();
        deliver(20);
        mailbox.failing((command, uids) -> {
            if (command.equals("headers")) {
                fixture.clock.advance(fixture.settings.leaseTime().dividedBy(2).minusSeconds(1));
                assertThat(other.pollOnce()).isZero();
            }
        });

        assertThat(slow.pollOnce()).isEqualTo(20);
    }

    // ------------------------------------------------------------------------------------------------- restarts

    @ParameterizedTest(name = "recording while it reads on: {0}")
    @ValueSource(booleans = {false, true})
    void aRestartAtAnyStepLosesNothingAndMovesNoCursorTooFar(boolean givesWhole) {
        int steps = stepsOfAWholeLife(givesWhole);
        assertThat(steps).isGreaterThan(30);
        for (int step = 0; step < steps; step++) {
            DefaultImapReceiptPollerTest world = new DefaultImapReceiptPollerTest();
            world.mailbox.givesWhole = givesWhole;
            world.fixture.steps.crashAt(step);
            Throwable crash = catchThrowable(world::liveOnce);
            assertThat(crash).as("step " + step).isInstanceOf(Crash.class);

            world.fixture.clock.advance(world.fixture.settings.leaseTime().plusSeconds(1));
            if (world.mailbox.folder("INBOX").add("", "", Instant.EPOCH) <= 10) {
                // The process died before anything was delivered: there is nothing to lose.
                continue;
            }
            DefaultImapReceiptPoller next = world.fixture.start();
            next.pollOnce();
            next.pollOnce();

            assertThat(world.recorder.entries())
                    .as(crash.getMessage())
                    .filteredOn(entry -> entry.content() != null)
                    .extracting(entry -> entry.content().replaceAll("(?s).*body of ", ""))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10)
                            .mapToObj(number -> "receipt " + number)
                            .toList());
        }
    }

    private static int stepsOfAWholeLife(boolean givesWhole) {
        DefaultImapReceiptPollerTest world = new DefaultImapReceiptPollerTest();
        world.mailbox.givesWhole = givesWhole;
        world.liveOnce();
        return world.fixture.steps.taken().size();
    }

    private void liveOnce() {
        DefaultImapReceiptPoller poller = fixture.start();
        poller.pollOnce();
        deliver(10);
        poller.pollOnce();
        mailbox.folder("INBOX").renumber();
        poller.pollOnce();
        poller.stop(Duration.ZERO);
    }

    // ---------------------------------------------------------------------------------------------- handled mail

    @Test
    void opensNoFolderForChangingUnlessAsked() {
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(3);

        poller.pollOnce();

        assertThat(fixture.steps.taken()).noneMatch(step -> step.startsWith("select"));
        assertThat(mailbox.folder("INBOX").flags().values()).allMatch(Set::isEmpty);
    }

    @Test
    void marksWhatWasHandledAndNothingElseAfterTheCommit() {
        marking(new HandledMail.Seen());
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(3);
        mailbox.deliver("Subject: hello\r\n", "an ordinary mail");
        recorder.judging(mail -> mail.content() == null
                ? Disposition.IGNORED
                : mail.uid() == 2 ? Disposition.REFUSED : Disposition.RECORDED);
        fixture.steps.clear();

        poller.pollOnce();

        assertThat(mailbox.folder("INBOX").flags())
                .containsExactly(
                        Map.entry(1L, Set.of("\\Seen")),
                        Map.entry(2L, Set.of()),
                        Map.entry(3L, Set.of("\\Seen")),
                        Map.entry(4L, Set.of()));
        List<String> steps = fixture.steps.taken();
        assertThat(steps.indexOf("flag")).isGreaterThan(steps.indexOf("after recording"));
    }

    @Test
    void whatWaitsForItsTransmissionIsMarkedOnlyOnceItIsHandled() {
        marking(new HandledMail.Keyword("$Handled"));
        DefaultImapReceiptPoller poller = polledOnce();
        recorder.judging(mail -> Disposition.WAITING);
        deliver(1);
        poller.pollOnce();
        assertThat(mailbox.folder("INBOX").flags().get(1L)).isEmpty();

        fixture.store.becomes(Disposition.WAITING, Disposition.RECORDED);
        poller.pollOnce();

        assertThat(mailbox.folder("INBOX").flags().get(1L)).containsExactly("$Handled");
    }

    @Test
    void whatWaitsForGoodKeepsOthersFromBeingMarkedForAnHourOnly() {
        marking(new HandledMail.Seen());
        DefaultImapReceiptPoller poller = polledOnce();
        recorder.judging(mail -> mail.uid() == 1 ? Disposition.WAITING : Disposition.RECORDED);
        deliver(3);
        poller.pollOnce();
        fixture.clock.advance(HandledMailPass.LONGEST_WAIT.minusSeconds(1));
        poller.pollOnce();
        assertThat(mailbox.folder("INBOX").flags().values()).allMatch(Set::isEmpty);

        fixture.clock.advance(Duration.ofSeconds(1));
        poller.pollOnce();

        assertThat(mailbox.folder("INBOX").flags())
                .containsExactly(
                        Map.entry(1L, Set.of()), Map.entry(2L, Set.of("\\Seen")), Map.entry(3L, Set.of("\\Seen")));
    }

    @Test
    void marksEachMailOnceThoughSomebodyTakesTheMarkAway() {
        marking(new HandledMail.Seen());
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(1);
        poller.pollOnce();
        fixture.steps.clear();

        poller.pollOnce();

        assertThat(fixture.steps.taken()).noneMatch(step -> step.startsWith("select"));
    }

    @Test
    void aFolderThatIsMissingToMoveToIsToldOfOnceAndMakesNoMailboxBlind() {
        marking(new HandledMail.MovedTo("Handled"));
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(2);
        poller.pollOnce();
        poller.pollOnce();

        assertThat(fixture.events)
                .singleElement()
                .isEqualTo(new OperationalEvent.EngineTrouble("handled mail", "no such folder", PollerFixture.ACCOUNT));
        assertThat(status(poller).trouble()).isNull();
        assertThat(recorder.entries()).hasSize(2);

        mailbox.folder("Handled");
        poller.pollOnce();
        assertThat(mailbox.folder("Handled").flags()).hasSize(2);
    }

    @Test
    void mailOfAFolderThatWasRenumberedMeanwhileIsNotTakenForAnother() {
        marking(new HandledMail.MovedTo("Handled"));
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(2);
        poller.pollOnce();
        mailbox.folder("Handled");
        mailbox.folder("INBOX").expunge(1);
        mailbox.folder("INBOX").renumber();

        poller.pollOnce();

        assertThat(mailbox.folder("Handled").flags()).isEmpty();
        assertThat(mailbox.folder("INBOX").flags()).hasSize(1);
    }

    @Test
    void aRestartAtAnyStepMarksAllThatWasHandledAndNothingElse() {
        for (HandledMail how : List.of(new HandledMail.Seen(), new HandledMail.MovedTo("Handled"))) {
            int steps = stepsOfALifeThatMarks(how);
            for (int step = 0; step < steps; step++) {
                DefaultImapReceiptPollerTest world = new DefaultImapReceiptPollerTest();
                world.fixture.steps.crashAt(step);
                Throwable crash = catchThrowable(() -> world.liveAndMark(how));
                assertThat(crash).as("step " + step).isInstanceOf(Crash.class);
                world.fixture.clock.advance(world.fixture.settings.leaseTime().plusSeconds(1));
                world.deliver(5);
                world.mailbox.deliver("Subject: hello\r\n", "an ordinary mail");

                DefaultImapReceiptPoller next = world.fixture.start();
                next.pollOnce();
                next.pollOnce();

                world.everyHandledMailIsMarked(how, crash.getMessage());
            }
        }
    }

    private int stepsOfALifeThatMarks(HandledMail how) {
        DefaultImapReceiptPollerTest world = new DefaultImapReceiptPollerTest();
        world.liveAndMark(how);
        world.everyHandledMailIsMarked(how, "without a crash");
        return world.fixture.steps.taken().size();
    }

    private void liveAndMark(HandledMail how) {
        marking(how);
        mailbox.folder("Handled");
        DefaultImapReceiptPoller poller = polledOnce();
        deliver(6);
        mailbox.deliver("Subject: hello\r\n", "an ordinary mail");
        poller.pollOnce();
        deliver(2);
        poller.pollOnce();
        poller.stop(Duration.ZERO);
    }

    private void everyHandledMailIsMarked(HandledMail how, String when) {
        Set<Long> handled = recorder.entries().stream()
                .filter(entry -> entry.content() != null)
                .map(entry -> entry.mail().uid())
                .collect(Collectors.toSet());
        Map<Long, Set<String>> left = mailbox.folder("INBOX").flags();
        if (how instanceof HandledMail.MovedTo) {
            assertThat(left.keySet()).as(when).doesNotContainAnyElementsOf(handled);
            assertThat(mailbox.folder("Handled").flags()).as(when).hasSize(handled.size());
        } else {
            left.forEach((uid, flags) -> assertThat(flags.contains("\\Seen"))
                    .as(when + ", mail " + uid)
                    .isEqualTo(handled.contains(uid)));
        }
    }

    private void marking(HandledMail how) {
        fixture.account(PollerFixture.account("pec").handledMail(how).build());
    }

    // ------------------------------------------------------------------------------------------------ connections

    @Test
    void keepsTheConnectionBetweenPolls() {
        DefaultImapReceiptPoller poller = polledOnce();
        poller.pollOnce();
        poller.pollOnce();

        assertThat(mailbox.logins()).isEqualTo(1);
    }

    @Test
    void keepsNoMoreConnectionsThanItMay() {
        fixture.settings = fixture.settings.withMaxConnections(1);
        fixture.accounts.add(PollerFixture.account("second").build());
        fixture.accounts.add(PollerFixture.account("third").build());
        DefaultImapReceiptPoller poller = fixture.start();

        poller.pollOnce();
        poller.pollOnce();

        assertThat(mailbox.openConnections()).isEqualTo(1);
        assertThat(mailbox.logins()).isEqualTo(5);
    }

    @Test
    void closesTheMailboxOfAnAccountThatIsGone() {
        DefaultImapReceiptPoller poller = polledOnce();
        fixture.accounts.clear();

        poller.pollOnce();

        assertThat(mailbox.openConnections()).isZero();
        assertThat(poller.mailboxes()).isEmpty();
    }

    @Test
    void logsInAnewWhenTheCredentialsChanged() {
        DefaultImapReceiptPoller poller = polledOnce();
        fixture.account(PollerFixture.account("pec")
                .imapCredentials("pec@pec.example", "changed")
                .build());

        poller.pollOnce();

        assertThat(mailbox.logins()).isEqualTo(2);
        assertThat(mailbox.openConnections()).isEqualTo(1);
    }

    @Test
    void closesEverythingWhenStopped() {
        DefaultImapReceiptPoller poller = polledOnce();

        poller.stop(Duration.ZERO);

        assertThat(mailbox.openConnections()).isZero();
    }

    // --------------------------------------------------------------------------------------------------- helpers

    private DefaultImapReceiptPoller polledOnce() {
        DefaultImapReceiptPoller poller = fixture.start();
        poller.pollOnce();
        return poller;
    }

    private void deliver(int receipts) {
        for (int number = 0; number < receipts; number++) {
            mailbox.deliverReceipt("receipt " + number);
        }
    }

    private void poison(long poisoned, boolean breaksTheConnection) {
        mailbox.failing((command, uids) -> {
            if (command.equals("contents") && Arrays.stream(uids).anyMatch(uid -> uid == poisoned)) {
                throw breaksTheConnection ? FakeMailbox.lost() : FakeMailbox.refused();
            }
        });
    }

    private static ReceiptRecord skipped(long id, long uidValidity, long uid) {
        return new ReceiptRecord(
                id,
                new MailboxKey(PollerFixture.ACCOUNT, "INBOX"),
                uidValidity,
                uid,
                null,
                Instant.EPOCH,
                "fingerprint " + id,
                10,
                null,
                "ordinary",
                null,
                null,
                null,
                null,
                Verdict.NOT_CHECKED,
                List.of(),
                Disposition.UNREADABLE,
                "the server says NO",
                null,
                null,
                false);
    }

    private int pollUntilRead(DefaultImapReceiptPoller poller, int most) {
        for (int poll = 1; poll <= most; poll++) {
            poller.pollOnce(PollerFixture.ACCOUNT);
            fixture.clock.advance(Duration.ofMinutes(1));
            if (status(poller).trouble() == null) {
                return poll;
            }
        }
        throw new AssertionError("still in trouble: " + status(poller).trouble());
    }

    private int attemptsWithin(DefaultImapReceiptPoller poller, Duration time) {
        Instant end = fixture.clock.instant().plus(time);
        while (fixture.clock.instant().isBefore(end)) {
            poller.pollOnce();
            fixture.clock.advance(Duration.ofMillis(500));
        }
        List<String> attempts =
                fixture.steps.taken().stream().filter("connect"::equals).toList();
        return attempts.size();
    }

    private static MailboxStatus status(DefaultImapReceiptPoller poller) {
        return poller.mailboxes().stream()
                .filter(status -> status.account().equals(PollerFixture.ACCOUNT))
                .findFirst()
                .orElseThrow();
    }
}
