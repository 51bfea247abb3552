package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.operations.OperationalEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mailboxes read by themselves, between start and stop. */
class PollingThreadsTest {
    private static final Duration NEVER = Duration.ofHours(10);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final PollerFixture fixture = new PollerFixture();
    private final FakeMailbox mailbox = fixture.mailbox;
    private final FakeRecorder recorder = fixture.recorder;
    private DefaultImapReceiptPoller poller;

    @AfterEach
    void stop() {
        if (poller != null) {
            poller.stop(Duration.ofSeconds(30));
        }
    }

    @Test
    void readsWhatArrivesAtOnceWhereTheServerTells() {
        mailbox.offeringIdle();
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().idling());

        mailbox.deliverReceipt("announced");

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
        await().atMost(PATIENCE).until(() -> status().idling());
        assertThat(mailbox.logins()).isEqualTo(1);
    }

    @Test
    void asksForIdleAnewWithinNineMinutesHoweverRarelyItPolls() {
        mailbox.offeringIdle();
        fixture.settings = fixture.settings.withLeaseTime(Duration.ofHours(1));
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().idling());

        assertThat(mailbox.lastIdle).isEqualTo(Duration.ofMinutes(9));
    }

    @Test
    void watchesTheFirstFolderByIdle() {
        fixture.account(
                PollerFixture.account("pec").folders("INBOX", "Ricevute").build());
        mailbox.folder("Ricevute");
        mailbox.offeringIdle();
        start(NEVER);
        await().atMost(PATIENCE).until(() -> steps().contains("idle"));

        assertThat(openedBeforeIdle()).isEqualTo("examine INBOX");
    }

    @Test
    void opensTheFolderForLookingAgainBeforeItIsWatchedOnceMailWasMarked() {
        fixture.account(
                PollerFixture.account("pec").handledMail(new HandledMail.Seen()).build());
        mailbox.offeringIdle();
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().idling());
        mailbox.deliverReceipt("announced");
        await().atMost(PATIENCE)
                .until(() ->
                        steps().contains("flagged") && steps().lastIndexOf("idle") > steps().lastIndexOf("flagged"));

        assertThat(openedBeforeIdle()).isEqualTo("examine INBOX");
    }

    private List<String> steps() {
        return fixture.steps.taken();
    }

    /** Which folder was opened last, and how, before the server was last asked to tell of new mail. */
    private String openedBeforeIdle() {
        List<String> taken = steps();
        return taken.subList(0, taken.lastIndexOf("idle")).stream()
                .filter(step -> step.startsWith("examine ") || step.startsWith("select "))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @Test
    void readsAgainBeforeHalfTheLeaseIsOver() {
        mailbox.offeringIdle();
        fixture.settings = fixture.settings.withLeaseTime(Duration.ofMinutes(4));
        start(NEVER);

        await().atMost(PATIENCE).until(() -> mailbox.lastIdle != null);

        assertThat(mailbox.lastIdle).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void pollsWhereTheServerDoesNotTell() {
        start(Duration.ofMillis(5));
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);

        mailbox.deliverReceipt("unannounced");

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
        assertThat(mailbox.logins()).isEqualTo(1);
    }

    @Test
    void pollsAServerThatOffersIdleButNeverTells() {
        mailbox.offeringIdle();
        start(Duration.ofMillis(20));
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);

        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "never announced", fixture.clock.instant());

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
    }

    @Test
    void aNudgeReadsNow() {
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);
        mailbox.deliverReceipt("sent just now");

        poller.nudge(PollerFixture.ACCOUNT);

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
    }

    @Test
    void aNudgeEndsIdle() {
        mailbox.offeringIdle();
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().idling());
        mailbox.folder("INBOX").add("X-Ricevuta: accettazione\r\n", "not announced", fixture.clock.instant());

        poller.nudge(PollerFixture.ACCOUNT);

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
    }

    @Test
    void aNudgeDoesNotRepeatRefusedCredentials() {
        mailbox.refusingConnections(new MailboxException(MailboxException.Kind.LOGIN_REFUSED, "wrong password", null));
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().trouble() != null);

        for (int nudge = 0; nudge < 10; nudge++) {
            poller.nudge(PollerFixture.ACCOUNT);
        }
        poller.stop(Duration.ofSeconds(30));

        assertThat(fixture.steps.taken()).filteredOn("connect"::equals).hasSize(1);
    }

    @Test
    void takesUpAccountsThatCome() {
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);
        AccountKey second = new AccountKey("default", "second");
        fixture.accounts.add(PollerFixture.account("second").build());

        poller.nudge(second);

        await().atMost(PATIENCE)
                .until(() -> poller.mailboxes().stream()
                        .anyMatch(status -> status.account().equals(second) && status.lastRead() != null));
    }

    @Test
    void letsGoOfAccountsThatLeave() {
        mailbox.offeringIdle();
        start(Duration.ofMillis(20));
        await().atMost(PATIENCE).until(() -> mailbox.openConnections() == 1);

        fixture.accounts.clear();

        await().atMost(PATIENCE).until(() -> mailbox.openConnections() == 0);
    }

    @Test
    void judgesAgainSoonWhatWaitsForATransmission() {
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);
        recorder.waiting.set(1);
        mailbox.deliverReceipt("early");
        poller.nudge(PollerFixture.ACCOUNT);
        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
        int before = recorder.judgedWaiting.get();

        await().atMost(PATIENCE).until(() -> recorder.judgedWaiting.get() >= before + 2);
        recorder.waiting.set(0);
    }

    @Test
    void comesBackAfterAConnectionBrokeInIdle() {
        mailbox.offeringIdle();
        start(Duration.ofMillis(50));
        await().atMost(PATIENCE).until(() -> status().idling());

        mailbox.cutConnections();
        mailbox.deliverReceipt("after the cut");

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
        assertThat(fixture.events).isEmpty();
    }

    @Test
    void goesOnAfterTheRecorderFailed() {
        start(Duration.ofMillis(5));
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);
        recorder.refusing(mail -> true);
        mailbox.deliverReceipt("refused at first");
        await().atMost(PATIENCE)
                .until(() -> fixture.events.stream().anyMatch(OperationalEvent.EngineTrouble.class::isInstance));

        recorder.refusing(mail -> false);

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
    }

    @Test
    void readsFiveHundredMailboxesFairlyOverFewConnections() {
        fixture.settings = fixture.settings.withMaxConnections(10);
        fixture.accounts.clear();
        for (int number = 0; number < 500; number++) {
            fixture.accounts.add(PollerFixture.account("account-" + number).build());
        }
        Map<AccountKey, AtomicInteger> connects = new ConcurrentHashMap<>();
        Set<Thread> earlier = Thread.getAllStackTraces().keySet();
        mailbox.offeringIdle();
        start(Duration.ofMillis(200), account -> {
            connects.computeIfAbsent(account.key(), key -> new AtomicInteger()).incrementAndGet();
            return mailbox.connect(account);
        });

        await().atMost(PATIENCE).until(() -> poller.mailboxes().stream().allMatch(status -> status.lastRead() != null));
        await().atMost(PATIENCE)
                .until(() -> connects.values().stream()
                                .filter(count -> count.get() >= 3)
                                .count()
                        >= 490);

        assertThat(poller.mailboxes()).filteredOn(MailboxStatus::idling).hasSizeLessThanOrEqualTo(10);
        assertThat(mailbox.openConnections()).isLessThanOrEqualTo(10L + fixture.settings.pollingThreads());
        // A thread whose watch was given up a moment ago may still be on its way out.
        await().atMost(PATIENCE)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> thread.getName().startsWith("pec-") && !earlier.contains(thread))
                                .count()
                        // The last one watches for servers that hang.
                        <= 10L + fixture.settings.pollingThreads() + 1);
    }

    @Test
    void deadServersHoldUpNoOtherMailbox() {
        fixture.accounts.add(PollerFixture.account("dead").build());
        CountDownLatch release = new CountDownLatch(1);
        start(Duration.ofMillis(5), account -> {
            if (account.key().id().equals("dead")) {
                await().atMost(PATIENCE).until(() -> release.getCount() == 0);
            }
            return mailbox.connect(account);
        });
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);

        mailbox.deliverReceipt("alive");

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
        release.countDown();
    }

    @Test
    void stopsWithinItsLimitAndGivesTheMailboxToOthers() {
        mailbox.offeringIdle();
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().idling());

        poller.stop(Duration.ofSeconds(30));

        assertThat(mailbox.openConnections()).isZero();
        mailbox.deliverReceipt("for another node");
        assertThat(fixture.start().pollOnce()).isEqualTo(1);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("pec-idle-" + PollerFixture.ACCOUNT));
    }

    @Test
    void canBeStartedAgainAfterAStop() {
        start(NEVER);
        await().atMost(PATIENCE).until(() -> status().lastRead() != null);
        poller.stop(Duration.ofSeconds(30));
        mailbox.deliverReceipt("between");

        poller.start();

        await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
    }

    private void start(Duration interval) {
        start(interval, mailbox);
    }

    private void start(Duration interval, MailboxConnector connector) {
        fixture.settings = fixture.settings.withPollInterval(interval);
        poller = new DefaultImapReceiptPoller(
                () -> List.copyOf(fixture.accounts),
                fixture.store.asStore(),
                recorder,
                connector,
                fixture.events::add,
                InstantSource.system(),
                "node",
                fixture.settings,
                new Random(1));
        poller.start();
    }

    private MailboxStatus status() {
        return poller.mailboxes().stream()
                .filter(status -> status.account().equals(PollerFixture.ACCOUNT))
                .findFirst()
                .orElseThrow();
    }
}
