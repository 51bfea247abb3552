package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.account.RateLimitAction;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import io.github.pecmailproxy.store.UncertainCommitException;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeSender;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How messages leave the queue, and what happens when something goes wrong on the way. */
@Timeout(30)
class DispatcherTest {
    private static final String ANNA = "anna@pec.example";
    private static final SmtpReply BAD_LOGIN = new SmtpReply(535, "5.7.8", "535 5.7.8 bad login");
    private static final SendOutcome ACCOUNT_REFUSED = new SendOutcome.AccountRefused(SmtpPhase.AUTH, BAD_LOGIN);
    private static final Duration LEASE = Duration.ofMinutes(2);

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final FakeSender sender = new FakeSender();
    private final Alarms alarms = new Alarms();
    private final TransmissionRules rules =
            new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1), Duration.ofMinutes(5)), () -> 0L));
    private List<MailAccount> accounts = List.of(Samples.pecAccount());
    private final Dispatcher dispatcher = dispatcher(new DispatchSettings(LEASE, 10, 4, Duration.ofMillis(20)));
    private boolean started;

    private Dispatcher dispatcherWithDefaults() {
        return dispatcher(new DispatchSettings(
                LEASE,
                MailProxyBuilder.DEFAULT_LEASE_AHEAD,
                MailProxyBuilder.DEFAULT_MAX_TRANSMISSIONS,
                Duration.ofMillis(20)));
    }

    private Dispatcher dispatcher(DispatchSettings settings) {
        AccountSource source = () -> accounts;
        return new Dispatcher(store, source, sender, rules, settings, new Alarm(alarms), clock);
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (started) {
            dispatcher.stop(Duration.ofSeconds(5));
        }
    }

    // ---- one turn on the caller's thread

    @Test
    void sendsWhatIsDue() {
        put("m1");
        assertThat(dispatcher.dispatchOnce()).isEqualTo(1);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
        assertThat(sender.bodies()).containsExactly("body of default/m1");
    }

    @Test
    void handsOverTheStoredEnvelopeAndTheRecipientsThatAreOpen() {
        TrackedMessage message = Samples.pecMessage("m1", ANNA, "carla@pec.example");
        store.put(message);
        dispatcher.dispatchOnce();
        assertThat(sender.transmissions().get(0).envelopeFrom()).isEqualTo(message.envelopeFrom());
        assertThat(sender.transmissions().get(0).recipients()).containsExactly(ANNA, "carla@pec.example");
    }

    @Test
    void sendsNothingTwice() {
        put("m1");
        dispatcher.dispatchOnce();
        dispatcher.dispatchOnce();
        assertThat(sender.transmissions()).hasSize(1);
    }

    @Test
    void leavesOneMessageOfTheBatchInDoubtWhenTheSenderFailsAndSendsTheOthers() {
        put("m1");
        put("m2");
        sender.answer(transmission -> {
            if (FakeSender.body(transmission).endsWith("m1")) {
                throw new IllegalStateException("defect");
            }
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(store.get("m2").state()).isEqualTo(MessageState.SENT);
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    @Test
    void takesAnErrorOfTheSenderForADoubtToo() {
        put("m1");
        sender.answer(transmission -> {
            throw new NoClassDefFoundError("optional/Part");
        });
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void holdsAMessageBackWhoseAccountCannotBeRead() {
        put("m1");
        AtomicBoolean broken = new AtomicBoolean();
        MailAccount account = Samples.pecAccount();
        AccountSource source = () -> {
            if (broken.getAndSet(true)) {
                throw new IllegalStateException("the host's database is away");
            }
            return List.of(account);
        };
        new Dispatcher(
                        store,
                        source,
                        sender,
                        rules,
                        new DispatchSettings(LEASE, 10, 4, Duration.ofSeconds(1)),
                        new Alarm(alarms),
                        clock)
                .dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.DEFERRED);
        assertThat(store.get("m1").attempts()).isZero();
        assertThat(sender.transmissions()).isEmpty();
    }

    @Test
    void failsAMessageThatHasNobodyLeftToSendTo() {
        store.put(Samples.pecMessage("m1"));
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.FAILED);
        assertThat(sender.transmissions()).isEmpty();
    }

    // ---- settling

    @Test
    void keepsAnEndingThatCannotBeStoredNowAndStoresItLater() {
        put("m1");
        failApply(new RetryableStoreException("deadlock", null), 1);
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENDING);
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
        assertThat(sender.transmissions()).hasSize(1);
    }

    @Test
    void sendsNothingMoreWhileEndingsCannotBeStored() {
        put("m1");
        put("m2");
        failApply(new RetryableStoreException("away", null), 1);
        dispatcher.dispatchOnce();
        assertThat(sender.transmissions()).hasSize(1);
        dispatcher.dispatchOnce();
        assertThat(store.get("m2").state()).isEqualTo(MessageState.SENT);
        assertThat(store.get("m2").attempts()).isEqualTo(1);
    }

    @Test
    void isolatesAMessageWhoseEndingCanNeverBeStored() {
        put("m1");
        put("m2");
        AtomicInteger calls = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("apply") && calls.getAndIncrement() < 2) {
                throw new StoreException("a column is too short", null);
            }
        });
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENDING);
        assertThat(store.get("m2").state()).isEqualTo(MessageState.SENT);
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    @Test
    void keepsTheEndingsBehindOneThatCanNeverBeStoredWhenTheStoreGoesAwayToo() {
        put("m1");
        put("m2");
        put("m3");
        // The store is away until all three endings wait for it: each of them makes it tried once. Then they come as
        // one unit,
        // which cannot be stored; nor can the first by itself, ever, nor the second just then.
        AtomicInteger calls = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("apply")) {
                switch (calls.getAndIncrement()) {
                    case 0, 1, 2, 3, 6 -> throw new RetryableStoreException("away", null);
                    case 4, 5 -> throw new StoreException("a column is too short", null);
                    default -> {}
                }
            }
        });
        start();
        await().until(() -> List.of("m1", "m2", "m3").stream()
                        .filter(id -> store.get(id).state() == MessageState.SENT)
                        .count()
                == 2);
    }

    @Test
    void storesAnEndingOnceThoughItsFirstCommitSeemedToFail() {
        put("m1");
        AtomicBoolean lost = new AtomicBoolean();
        sender.answer(transmission -> {
            // The unit is stored, and then the connection is lost: told as uncertain.
            store.before(operation -> {
                if (operation.equals("apply") && lost.compareAndSet(false, true)) {
                    store.apply(
                            List.of(rules.settled(
                                    store.get("m1"), FakeSender.ACCEPTED, Samples.pecAccount(), clock.instant())),
                            clock.instant());
                    throw new UncertainCommitException("connection lost", null);
                }
            });
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        dispatcher.dispatchOnce();
        assertThat(events("m1")).containsExactly(EventType.SENT);
        assertThat(store.get("m1").version()).isEqualTo(3);
    }

    // ---- leases that are lost

    @Test
    void resolvesTheDoubtThatFollowedFromALostLeaseWhenTheServerHadAccepted() {
        put("m1");
        sender.answer(transmission -> {
            loseLease("m1");
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
        assertThat(events("m1")).containsExactly(EventType.IN_DOUBT, EventType.SENT);
    }

    @Test
    void resolvesTheDoubtThoughSomebodyLooksAtItAtTheSameTime() {
        put("m1");
        AtomicInteger applies = new AtomicInteger();
        sender.answer(transmission -> {
            loseLease("m1");
            store.before(operation -> {
                if (operation.equals("apply") && applies.incrementAndGet() == 2) {
                    store.put(
                            rules.stillInDoubt(store.get("m1"), clock.instant()).message());
                }
            });
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void leavesTheDoubtAloneWhenTheServerDidNotAccept() {
        put("m1");
        sender.answer(transmission -> {
            loseLease("m1");
            return new SendOutcome.Unknown("cut");
        });
        dispatcher.dispatchOnce();
        assertThat(events("m1")).containsExactly(EventType.IN_DOUBT);
    }

    @Test
    void prolongsTheLeasesOfASlowTurn() {
        put("m1");
        put("m2");
        sender.answer(transmission -> {
            clock.advance(LEASE.dividedBy(2));
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        assertThat(store.get("m2").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void doesNotSendWhatAnotherMayBeSendingByNow() {
        put("m1");
        put("m2");
        sender.answer(transmission -> {
            clock.advance(LEASE.multipliedBy(2)); // As a process that was halted would find it.
            loseLease("m2");
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        assertThat(sender.bodies()).containsExactly("body of default/m1");
        assertThat(store.get("m2").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void givesBackWhatItCouldNotBeginInTimeWhileTheStoreWasAway() {
        put("m1");
        put("m2");
        sender.answer(transmission -> {
            clock.advance(LEASE.multipliedBy(2));
            store.before(operation -> {
                if (operation.equals("extendLeases")) {
                    throw new RetryableStoreException("away", null);
                }
            });
            return FakeSender.ACCEPTED;
        });
        dispatcher.dispatchOnce();
        assertThat(sender.transmissions()).hasSize(1);
        assertThat(store.get("m2").state()).isEqualTo(MessageState.QUEUED);
        assertThat(store.get("m2").attempts()).isZero();
    }

    // ---- accounts at fault

    @Test
    void suspendsAnAccountThatTheServerRefuses() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        assertThat(store.suspensions())
                .extracting(Suspension::scope)
                .containsExactly(
                        new SuspensionScope.Account(Samples.pecAccount().key()));
        assertThat(alarms.of(OperationalEvent.AccountSuspended.class)).hasSize(1);
        assertThat(store.get("m1").attempts()).isZero();
    }

    @Test
    void triesARefusedLoginOnceAndNotForEveryMessage() {
        put("m1");
        put("m2");
        put("m3");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        dispatcher.dispatchOnce();
        assertThat(sender.transmissions()).hasSize(1);
        assertThat(store.get("m3").state()).isEqualTo(MessageState.QUEUED);
    }

    @Test
    void releasesARefusedAccountWhenItsCredentialsChange() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        accounts = List.of(
                Samples.pec("pec").credentials(Samples.SENDER, "another").build());
        sender.answer(transmission -> FakeSender.ACCEPTED);
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void triesARefusedAccountAgainWhenAPersonResumesIt() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        sender.answer(transmission -> FakeSender.ACCEPTED);
        dispatcher.dispatchOnce();
        assertThat(sender.transmissions()).hasSize(1);

        store.activate(new SuspensionScope.Account(Samples.pecAccount().key()));
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
        assertThat(store.suspensions()).isEmpty();
    }

    @Test
    void keepsARefusedAccountSuspendedWhileNothingChanges() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        accounts = List.of(Samples.pec("pec").build());
        // By then the store has been asked what is suspended.
        clock.advance(Duration.ofSeconds(10));
        dispatcher.dispatchOnce();
        assertThat(store.suspensions()).hasSize(1);
        assertThat(sender.transmissions()).hasSize(1);
    }

    @Test
    void releasesAnAccountThatAnEarlierLifeSuspendedOnlyWhenItsCredentialsChange() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        sender.answer(transmission -> FakeSender.ACCEPTED);
        Dispatcher restarted = dispatcher(new DispatchSettings(LEASE, 10, 4, Duration.ofMillis(20)));
        restarted.dispatchOnce();
        assertThat(store.suspensions()).hasSize(1);

        accounts = List.of(
                Samples.pec("pec").credentials(Samples.SENDER, "another").build());
        dispatcher(new DispatchSettings(LEASE, 10, 4, Duration.ofMillis(20))).dispatchOnce();
        assertThat(store.suspensions()).isEmpty();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void releasesAnAccountThatAnotherNodeSuspendedWithinTenSeconds() {
        dispatcher.dispatchOnce();
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher(new DispatchSettings(LEASE, 10, 4, Duration.ofMillis(20))).dispatchOnce();
        accounts = List.of(
                Samples.pec("pec").credentials(Samples.SENDER, "another").build());
        sender.answer(transmission -> FakeSender.ACCEPTED);
        clock.advance(Duration.ofSeconds(10));
        dispatcher.dispatchOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void leavesAPersonsSuspensionAloneWhenTheCredentialsChange() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        store.suspend(new Suspension(
                new SuspensionScope.Account(Samples.pecAccount().key()), "not before Monday", clock.instant()));
        accounts = List.of(
                Samples.pec("pec").credentials(Samples.SENDER, "another").build());
        dispatcher.dispatchOnce();
        assertThat(store.suspensions()).hasSize(1);
    }

    @Test
    void neverTellsThePassword() {
        put("m1");
        sender.answer(transmission -> ACCOUNT_REFUSED);
        dispatcher.dispatchOnce();
        assertThat(store.suspensions().toString() + alarms.of(OperationalEvent.class))
                .doesNotContain("not-to-be-seen");
    }

    // ---- rate limits and age

    @Test
    void letsWhatIsOverTheRateLimitWait() {
        accounts = List.of(Samples.pec("pec").rateLimit(RateLimit.perHour(2)).build());
        put("m1");
        put("m2");
        put("m3");
        dispatcher.dispatchOnce();
        assertThat(sender.bodies()).hasSize(2);
        assertThat(store.get("m3").state()).isEqualTo(MessageState.QUEUED);
    }

    @Test
    void rejectsWhatIsOverTheRateLimitWhereTheAccountWantsThat() {
        accounts = List.of(rejecting());
        put("m1");
        put("m2");
        put("m3");
        dispatcher.dispatchOnce();
        assertThat(sender.bodies()).hasSize(2);
        assertThat(store.get("m3").state()).isEqualTo(MessageState.FAILED);
        assertThat(store.get("m3").lastError()).startsWith("rejected: the account's rate limit is used up until ");
        assertThat(store.events(store.get("m3").key()))
                .extracting(MessageEvent::type)
                .containsExactly(EventType.ERROR);
    }

    private static MailAccount rejecting() {
        return Samples.pec("pec")
                .rateLimit(RateLimit.perHour(2))
                .rateLimitAction(RateLimitAction.REJECT)
                .build();
    }

    // ---- threads

    @Test
    void sendsWhatIsQueuedWhileItRuns() {
        start();
        put("m1");
        dispatcher.nudge();
        await().until(() -> store.get("m1").state() == MessageState.SENT);
    }

    @Test
    void slowAccountDoesNotKeepTheMessagesOfAnotherFromBeingSent() {
        MailAccount slow = account("slow");
        MailAccount quick = account("quick");
        accounts = List.of(slow, quick);
        for (int i = 0; i < 30; i++) {
            store.put(Samples.message(slow.key(), true, "slow-" + i, ANNA));
            store.put(Samples.message(quick.key(), true, "quick-" + i, ANNA));
        }
        CountDownLatch released = new CountDownLatch(1);
        sender.answer(transmission -> {
            if (transmission.account().key().equals(slow.key())) {
                awaitLatch(released);
            }
            return FakeSender.ACCEPTED;
        });
        start();
        await().until(() -> sent("quick-") == 30);
        assertThat(sent("slow-")).isZero();
        released.countDown();
        await().until(() -> sent("slow-") == 30);
        assertThat(sender.transmissions()).hasSize(60);
    }

    @Test
    void eightServersThatHangKeepNoMessageOfANinthFromBeingSent() throws InterruptedException {
        List<MailAccount> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            MailAccount account = account(i < 8 ? "hanging-" + i : "quick");
            all.add(account);
            for (int j = 0; j < 20; j++) {
                store.put(Samples.message(account.key(), true, account.key().id() + "-" + j, ANNA));
            }
        }
        accounts = List.copyOf(all);
        CountDownLatch released = new CountDownLatch(1);
        sender.answer(transmission -> {
            if (transmission.account().key().id().startsWith("hanging")) {
                awaitLatch(released);
            }
            return FakeSender.ACCEPTED;
        });
        Dispatcher usual = dispatcherWithDefaults();
        usual.start();
        await().until(() -> sent("quick-") == 20);
        assertThat(sent("hanging-")).isZero();
        released.countDown();
        usual.stop(Duration.ofSeconds(20));
    }

    @Test
    void serversThatHangHoldNoPlaceThoughTheyHadTakenAll() throws InterruptedException {
        List<MailAccount> hanging = accounts("hanging-", MailProxyBuilder.DEFAULT_MAX_TRANSMISSIONS / 2);
        MailAccount quick = account("quick");
        accounts = Stream.concat(hanging.stream(), Stream.of(quick)).toList();
        hanging.forEach(account -> putFor(account, 3));
        CountDownLatch allTaken = new CountDownLatch(MailProxyBuilder.DEFAULT_MAX_TRANSMISSIONS);
        CountDownLatch released = new CountDownLatch(1);
        answerHanging(() -> {
            allTaken.countDown();
            awaitLatch(released);
        });
        Dispatcher usual = dispatcherWithDefaults();
        usual.start();
        awaitLatch(allTaken);
        putFor(quick, 40);
        clock.advance(SlowTransmissions.PATIENCE);
        await().until(() -> sent("quick-") == 40);
        assertThat(sent("hanging-")).isZero();
        released.countDown();
        usual.stop(Duration.ofSeconds(20));
    }

    @Test
    void serverThatHangsAgainHoldsNoPlaceFromItsFirstMoment() throws InterruptedException {
        MailAccount hanging = account("hanging");
        MailAccount quick = account("quick");
        accounts = List.of(hanging, quick);
        Semaphore released = new Semaphore(0);
        AtomicInteger begun = new AtomicInteger();
        answerHanging(() -> {
            begun.incrementAndGet();
            released.acquireUninterruptibly();
        });
        int places = hanging.maxConnections();
        Dispatcher narrow = dispatcher(new DispatchSettings(LEASE, 10, places, Duration.ofMillis(20)));
        putFor(hanging, 2 * places);
        narrow.start();
        await().until(() -> begun.get() == places);
        clock.advance(SlowTransmissions.PATIENCE);
        released.release(places);
        await().until(() -> begun.get() == 2 * places);

        // No time goes by from here on.
        putFor(quick, 40);
        await().until(() -> sent("quick-") == 40);
        assertThat(sent("hanging-")).isEqualTo(places);
        released.release(places);
        narrow.stop(Duration.ofSeconds(20));
    }

    @Test
    void standsInForSlowTransmissionsWithinABoundOnly() throws InterruptedException {
        accounts = accounts("hanging-", 10);
        accounts.forEach(account -> putFor(account, 2));
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        answerHanging(() -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            awaitLatch(released);
            open.decrementAndGet();
        });
        Dispatcher narrow = dispatcher(new DispatchSettings(LEASE, 10, 2, Duration.ofMillis(20)));
        narrow.start();
        int bound = 2 + 2 * SlowTransmissions.MOST_FOR_EACH_PLACE;
        await().until(() -> {
            clock.advance(SlowTransmissions.PATIENCE);
            return open.get() == bound;
        });
        clock.advance(SlowTransmissions.PATIENCE);
        released.countDown();
        await().until(() -> sent("hanging-") == 20);
        assertThat(most.get()).isEqualTo(bound);
        narrow.stop(Duration.ofSeconds(20));
    }

    @Test
    void slowAccountGivesWayAfterEachMessageWhenNoFurtherThreadMayStandIn() throws InterruptedException {
        int bound = 1 + SlowTransmissions.MOST_FOR_EACH_PLACE;
        List<MailAccount> hanging = new ArrayList<>();
        for (int i = 0; i < bound; i++) {
            hanging.add(Samples.pec("hanging-" + i).maxConnections(1).build());
        }
        MailAccount quick = account("quick");
        accounts = Stream.concat(hanging.stream(), Stream.of(quick)).toList();
        hanging.forEach(account -> putFor(account, 3));
        Semaphore released = new Semaphore(0);
        AtomicInteger begun = new AtomicInteger();
        answerHanging(() -> {
            begun.incrementAndGet();
            released.acquireUninterruptibly();
        });
        AtomicInteger looks = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("lease")) {
                looks.incrementAndGet();
            }
        });
        Dispatcher narrow = dispatcher(new DispatchSettings(LEASE, 10, 1, Duration.ofMillis(20)));
        narrow.start();
        await().until(() -> {
            clock.advance(SlowTransmissions.PATIENCE);
            return begun.get() == bound;
        });
        putFor(quick, 10);
        int before = looks.get();
        await().until(() -> looks.get() > before + 2); // Then the other account stands in line.

        released.release();
        await().until(() -> sent("quick-") == 10);
        assertThat(sent("hanging-")).isEqualTo(1);
        released.release(3 * bound);
        narrow.stop(Duration.ofSeconds(20));
    }

    private void answerHanging(Runnable hang) {
        sender.answer(transmission -> {
            if (transmission.account().key().id().startsWith("hanging")) {
                hang.run();
            }
            return FakeSender.ACCEPTED;
        });
    }

    private void putFor(MailAccount account, int messages) {
        for (int i = 0; i < messages; i++) {
            store.put(Samples.message(account.key(), true, account.key().id() + "-" + i, ANNA));
        }
    }

    private static List<MailAccount> accounts(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> account(prefix + number))
                .toList();
    }

    @Test
    void usesAnotherConnectionForAMessageThatWaitsBehindASlowOne() {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        sender.answer(transmission -> {
            if (FakeSender.body(transmission).endsWith("slow")) {
                begun.countDown();
                awaitLatch(released);
            }
            return FakeSender.ACCEPTED;
        });
        put("slow");
        start();
        awaitLatch(begun);
        put("quick");
        dispatcher.nudge();
        await().until(() -> store.get("quick").state() == MessageState.SENT);
        released.countDown();
    }

    @Test
    void neverUsesMoreConnectionsThanTheAccountMayHave() {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        sender.answer(transmission -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            open.decrementAndGet();
            return FakeSender.ACCEPTED;
        });
        for (int i = 0; i < 200; i++) {
            put("m" + i);
        }
        start();
        await().until(() -> sent("m") == 200);
        assertThat(most.get()).isLessThanOrEqualTo(Samples.pecAccount().maxConnections());
        assertThat(sender.transmissions()).hasSize(200);
    }

    @Test
    void triesToStoreAnEndingUntilTheStoreIsBack() {
        put("m1");
        failApply(new RetryableStoreException("away", null), 2);
        start();
        await().until(() -> store.get("m1").state() == MessageState.SENT);
        assertThat(sender.transmissions()).hasSize(1);
    }

    @Test
    void stopGivesBackWhatIsNotBegunAndLetsTheRestEnd() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch released = new CountDownLatch(1);
        sender.answer(transmission -> {
            begun.countDown();
            awaitLatch(released);
            return FakeSender.ACCEPTED;
        });
        for (int i = 0; i < 8; i++) {
            put("m" + i);
        }
        start();
        awaitLatch(begun);
        await().until(() -> inState(MessageState.SENDING) == 8);
        Thread stopping = new Thread(() -> {
            try {
                stop();
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        });
        stopping.start();
        await().until(() -> inState(MessageState.QUEUED) == 6);
        released.countDown();
        stopping.join();
        started = false;
        assertThat(inState(MessageState.SENT)).isEqualTo(2);
        assertThat(inState(MessageState.QUEUED)).isEqualTo(6);
        assertThat(sender.transmissions()).hasSize(2);
    }

    @Test
    void stopStoresTheLastEndingThoughTheStoreStumbles() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        sender.answer(transmission -> {
            failApply(new RetryableStoreException("deadlock", null), 2);
            begun.countDown();
            return FakeSender.ACCEPTED;
        });
        put("m1");
        start();
        awaitLatch(begun);
        stop();
        started = false;
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void stopEndsThoughTransmissionsDoNot() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        sender.answer(transmission -> {
            begun.countDown();
            try {
                released.await();
            } catch (InterruptedException disturbed) {
                interrupted.set(true);
            }
            return FakeSender.ACCEPTED;
        });
        put("m1");
        start();
        awaitLatch(begun);
        dispatcher.stop(Duration.ofMillis(1));
        started = false;
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENDING);
        // A thread that is interrupted while it reads from a store in a file would close that file for everybody.
        assertThat(interrupted).isFalse();
        released.countDown();
    }

    @Test
    void keepsTheLeaseOfASlowTransmissionAlive() throws InterruptedException {
        Dispatcher quickHeart = dispatcher(new DispatchSettings(Duration.ofSeconds(3), 10, 4, Duration.ofMillis(20)));
        CountDownLatch prolonged = new CountDownLatch(2);
        store.before(operation -> {
            if (operation.equals("extendLeases")) {
                prolonged.countDown();
            }
        });
        sender.answer(transmission -> {
            awaitLatch(prolonged);
            return FakeSender.ACCEPTED;
        });
        put("m1");
        quickHeart.start();
        await().until(() -> store.get("m1").state() == MessageState.SENT);
        quickHeart.stop(Duration.ofSeconds(5));
    }

    private void start() {
        started = true;
        dispatcher.start();
    }

    private void put(String id) {
        store.put(Samples.pecMessage(id, ANNA));
    }

    private void failApply(RuntimeException failure, int times) {
        AtomicInteger left = new AtomicInteger(times);
        store.before(operation -> {
            if (operation.equals("apply") && left.getAndDecrement() > 0) {
                throw failure;
            }
        });
    }

    private void loseLease(String id) {
        store.put(rules.leaseEnded(store.get(id), Samples.pecAccount(), clock.instant())
                .message());
        store.addEvent(id, EventType.IN_DOUBT);
    }

    private long sent(String prefix) {
        return store.all().stream()
                .filter(message -> message.key().id().startsWith(prefix))
                .filter(message -> message.state() == MessageState.SENT)
                .count();
    }

    private long inState(MessageState state) {
        return store.all().stream().filter(message -> message.state() == state).count();
    }

    private List<EventType> events(String id) {
        List<EventType> types = new ArrayList<>();
        store.events(store.get(id).key()).stream().map(MessageEvent::type).forEach(types::add);
        return types;
    }

    private static MailAccount account(String id) {
        return Samples.pec(id)
                .smtp(new MailServer(id + ".example", 465, Transport.IMPLICIT_TLS))
                .build();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
