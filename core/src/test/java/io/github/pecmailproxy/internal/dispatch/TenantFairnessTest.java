package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeSender;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Gate;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What each tenant gets where more transmissions are wanted than may be under way. Each transmission waits at a gate, so that the places
 * that are held can be counted; all messages are leased beforehand.
 */
@Timeout(60)
class TenantFairnessTest {
    private static final int BACKLOG = 40;
    private static final int PLACES = 4;

    /** How the ids of accounts begin whose servers hang. */
    private static final String HANGING = "hanging";

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final FakeSender sender = new FakeSender();
    private final Gate gate = new Gate();
    private final Gate hangingServer = new Gate();
    private final AtomicInteger looks = new AtomicInteger();
    private List<MailAccount> accounts = List.of();
    private Dispatcher dispatcher = dispatcher(PLACES);

    private Dispatcher dispatcher(int places) {
        return new Dispatcher(
                store,
                () -> accounts,
                sender,
                new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L)),
                new DispatchSettings(Duration.ofHours(1), 10 * BACKLOG, places, Duration.ofMillis(20)),
                new Alarm(new Alarms()),
                clock);
    }

    @BeforeEach
    void holdUpTransmissions() {
        sender.answer(transmission -> {
            AccountKey account = transmission.account().key();
            (account.id().startsWith(HANGING) ? hangingServer : gate).pass(account.tenant());
            return FakeSender.ACCEPTED;
        });
        store.before(operation -> {
            if (operation.equals("lease")) {
                looks.incrementAndGet();
            }
        });
    }

    @AfterEach
    void stop() throws InterruptedException {
        gate.open();
        hangingServer.open();
        dispatcher.stop(Duration.ofSeconds(20));
    }

    @Test
    void tenantWithOneAccountHoldsHalfThePlacesBesideOneWithEight() {
        accounts = concat(accounts("large", 8), accounts("small", 1));
        accounts.forEach(account -> putFor(account, BACKLOG));
        start();
        gate.letThrough(2, PLACES); // What came first holds every place, and gives way after one message.

        for (int i = 0; i < BACKLOG - 2; i++) {
            assertThat(gate.waiting("small")).as("places after %d", i).isEqualTo(PLACES / 2);
            gate.letThrough(1, PLACES);
        }
        // One step for each that both have taken: half and half.
        long small = gate.passed("small");
        assertThat(small).isBetween((long) BACKLOG / 2 - 2, (long) BACKLOG / 2);
        assertThat(gate.passed("large")).isEqualTo(BACKLOG - small);
    }

    @Test
    void tenantThatIsAloneUsesEveryPlaceUntilAnotherHasSomethingToSendAndAfterwards() {
        accounts = concat(accounts("large", 8), accounts("small", 1));
        accounts.stream()
                .filter(account -> account.key().tenant().equals("large"))
                .forEach(account -> putFor(account, BACKLOG));
        start();
        gate.letThrough(10, PLACES);
        assertThat(gate.waiting("large")).isEqualTo(PLACES);

        putFor(accounts.get(8), 10);
        awaitLook();
        gate.letThrough(2, PLACES);
        assertThat(gate.waiting("small")).isEqualTo(PLACES / 2);

        gate.letThrough(30, PLACES);
        assertThat(gate.passed("small")).isEqualTo(10);
        assertThat(gate.waiting("large")).isEqualTo(PLACES);
    }

    @Test
    void tenantGetsNoMorePlacesThanTheConnectionsOfItsAccounts() {
        MailAccount narrow = account("small", "account-0").maxConnections(1).build();
        accounts = concat(accounts("large", 8), List.of(narrow));
        accounts.forEach(account -> putFor(account, BACKLOG));
        start();
        gate.letThrough(2, PLACES);

        for (int i = 0; i < BACKLOG; i++) {
            assertThat(gate.waiting("small")).as("places after %d", i).isEqualTo(1);
            gate.letThrough(1, PLACES);
        }
        assertThat(gate.passed("small")).isBetween((long) BACKLOG / 4 - 1, (long) BACKLOG / 4 + 1);
    }

    @Test
    void twentyTenantsWithAFewMessagesAreNotKeptWaitingByALargeOne() {
        List<MailAccount> small = IntStream.range(0, 20)
                .mapToObj(i -> account("small-" + i, "account").build())
                .toList();
        List<MailAccount> large = accounts("large", 8);
        large.forEach(account -> putFor(account, BACKLOG));
        small.forEach(account -> putFor(account, 3));
        accounts = concat(large, small);
        start();

        while (small.stream().anyMatch(account -> gate.passed(account.key().tenant()) < 3)) {
            gate.letThrough(1, PLACES);
            // It is not due more than one of the four places: 20 messages for the 60 of the others, and some more
            // at the start and at the end.
            assertThat(gate.passed("large")).isLessThanOrEqualTo(30);
        }
    }

    @Test
    void accountsOfATenantTakeTurnsThoughOneMayHaveMoreConnections() throws InterruptedException {
        dispatcher.stop(Duration.ZERO);
        dispatcher = dispatcher(1);
        MailAccount wide = account("tenant", "wide").maxConnections(4).build();
        MailAccount narrow = account("tenant", "narrow").maxConnections(1).build();
        accounts = List.of(wide, narrow);
        putFor(wide, 5 * BACKLOG);
        putFor(narrow, BACKLOG);
        start();
        gate.open();
        await().until(() -> sender.transmissions().size() == 6 * BACKLOG);

        // Turns of 20 messages: two for the narrow one, three at most for the other before it is done.
        List<String> order = sender.transmissions().stream()
                .map(transmission -> transmission.account().key().id())
                .toList();
        assertThat(order.lastIndexOf("narrow")).isLessThan(100);
    }

    @Test
    void tenantWhoseServersHangTakesNotTheTurnsOfAnotherThoughNobodyMoreMayStandIn() {
        List<MailAccount> hanging = IntStream.range(0, 20)
                .mapToObj(i -> account("hanging-tenant", HANGING + i).build())
                .toList();
        accounts = concat(hanging, accounts("small", 1));
        hanging.forEach(account -> putFor(account, 3));
        gate.open();
        dispatcher.start();
        int bound = PLACES * (1 + SlowTransmissions.MOST_FOR_EACH_PLACE);
        await().until(() -> {
            clock.advance(SlowTransmissions.PATIENCE);
            return hangingServer.waiting() == bound;
        });
        putFor(accounts.get(20), BACKLOG);
        awaitLook();

        hangingServer.letOneThrough();
        await().until(() -> gate.passed("small") == BACKLOG);
        assertThat(hangingServer.passed("hanging-tenant")).isEqualTo(1);
    }

    @Test
    void accountWhoseServerHangsTakesNotTheTurnsOfItsTenantsOtherAccounts() {
        MailAccount hanging = account("mixed", HANGING).maxConnections(PLACES).build();
        MailAccount well = account("mixed", "well").maxConnections(1).build();
        List<MailAccount> others = IntStream.range(0, 2 * PLACES)
                .mapToObj(
                        i -> account("other-" + i, "account").maxConnections(1).build())
                .toList();
        putFor(hanging, PLACES);
        accounts = List.of(hanging);
        dispatcher.start();
        hangingServer.awaitWaiting(PLACES);
        accounts = concat(List.of(hanging, well), others);
        putFor(well, BACKLOG);
        others.forEach(account -> putFor(account, BACKLOG));
        awaitLook();

        clock.advance(SlowTransmissions.PATIENCE);
        gate.awaitWaiting(PLACES);
        while (gate.passed("mixed") < BACKLOG / 2) {
            assertThat(others)
                    .as("tenants that still wait")
                    .anyMatch(account -> gate.passed(account.key().tenant()) == 0);
            gate.letThrough(1, PLACES);
        }
        assertThat(hangingServer.waiting()).isEqualTo(PLACES);
    }

    /** Starts, and returns when all that want a place stand in line. */
    private void start() {
        dispatcher.start();
        awaitLook();
    }

    /** Waits until the queue was looked at from now on, and what was found stands in line. */
    private void awaitLook() {
        int before = looks.get();
        await().until(() -> looks.get() > before + 2);
    }

    private static List<MailAccount> accounts(String tenant, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> account(tenant, "account-" + i).build())
                .toList();
    }

    private static MailAccount.Builder account(String tenant, String id) {
        return Samples.pec(id).tenant(tenant);
    }

    private static List<MailAccount> concat(List<MailAccount> some, List<MailAccount> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private void putFor(MailAccount account, int messages) {
        for (int i = 0; i < messages; i++) {
            store.put(Samples.message(account.key(), true, account.key().id() + "-" + i, "anna@pec.example"));
        }
    }
}
