package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.imap.MailboxStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many mailboxes share few threads and connections, and nobody's mail is read at the others' cost. */
@Timeout(120)
class ManyMailboxesTest {
    private static final int MAILBOXES = 200;
    private static final String BUSY = "box-0";

    private final Steps steps = new Steps();
    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(steps);
    private final FakeRecorder recorder = new FakeRecorder(store, steps);
    private final FakeMailbox quiet = new FakeMailbox(clock, steps);
    private final FakeMailbox busy = new FakeMailbox(clock, steps);
    private final List<MailAccount> accounts = new ArrayList<>();
    private final Turns turns = new Turns();
    private DefaultImapReceiptPoller poller;

    @AfterEach
    void stop() {
        poller.stop(Duration.ofSeconds(30));
    }

    @Test
    void everyMailboxIsReadInItsTurnWhileOneNeverComesToItsEnd() {
        AtomicInteger delivered = new AtomicInteger();
        busy.failing((command, uids) -> {
            if (command.equals("contents")) {
                for (int more = 0; more < 8; more++) {
                    busy.deliverReceipt("endless " + delivered.incrementAndGet());
                }
            }
        });
        // Each poll connects anew, and one thread does them all: turns can be counted, and do not depend on the
        // machine's speed.
        start(settings(0, 1));
        await().atMost(Duration.ofMinutes(1)).until(() -> turns.fewest() >= 1);
        busy.deliverReceipt("the first");

        int more = turns.fewest() + 4;
        await().atMost(Duration.ofMinutes(1)).until(() -> turns.fewest() >= more);

        assertThat(turns.greatestLead()).isEqualTo(1);
        assertThat(recorder.entries()).isNotEmpty();
        assertThat(delivered.get()).isGreaterThan(recorder.entries().size());
    }

    @Test
    void noMoreMailboxesThanAllowedKeepAConnectionAndTheOthersArePolled() {
        quiet.offeringIdle();
        busy.offeringIdle();
        start(settings(20, 2));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> idling() == 20
                        && turns.counts().stream().filter(count -> count >= 3).count() >= 180);

        assertThat(idling()).isLessThanOrEqualTo(20);
        assertThat(poller.mailboxes()).hasSize(MAILBOXES).allMatch(status -> status.lastRead() != null);
        // The kept ones, and what the two threads are reading at this moment.
        assertThat(quiet.openConnections() + busy.openConnections()).isLessThanOrEqualTo(22);
    }

    private long idling() {
        return poller.mailboxes().stream().filter(MailboxStatus::idling).count();
    }

    private void start(PollerSettings settings) {
        for (int number = 0; number < MAILBOXES; number++) {
            accounts.add(PollerFixture.account("box-" + number).build());
        }
        MailboxConnector connector = account -> {
            turns.took(account.key().id());
            return (account.key().id().equals(BUSY) ? busy : quiet).connect(account);
        };
        poller = new DefaultImapReceiptPoller(
                () -> accounts,
                store.asStore(),
                recorder,
                connector,
                event -> {},
                clock,
                "node",
                settings,
                new Random(1));
        poller.start();
    }

    private static PollerSettings settings(int maxConnections, int threads) {
        PollerSettings defaults = PollerSettings.defaults();
        return new PollerSettings(
                maxConnections == 0 ? Duration.ofMillis(1) : Duration.ofMillis(200),
                maxConnections,
                threads,
                defaults.lookBack(),
                defaults.leaseTime(),
                4,
                ImapReceiptPoller.DEFAULT_QUOTA_WARNING,
                defaults.temporaryFolder());
    }

    /** Counts how often each mailbox had its turn. Thread-safe. */
    private static final class Turns {
        private final Map<String, Integer> taken = new HashMap<>();
        private int greatestLead;

        synchronized void took(String mailbox) {
            int turn = taken.merge(mailbox, 1, Integer::sum);
            greatestLead = Math.max(greatestLead, turn - fewest());
        }

        synchronized int fewest() {
            return taken.size() < MAILBOXES ? 0 : Collections.min(taken.values());
        }

        synchronized int greatestLead() {
            return greatestLead;
        }

        synchronized List<Integer> counts() {
            return List.copyOf(taken.values());
        }
    }
}
