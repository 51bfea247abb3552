package io.github.pecmailproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final AccountKey ACCOUNT = new AccountKey("acme", "pec");
    private static final Instant SINCE = Instant.parse("2026-01-31T12:00:00Z");

    private final FakeStore store = new FakeStore(new SettableClock());
    private final MailProxy proxy = MailProxy.builder().store(store).build();

    @Test
    void isHealthyAsAClient() {
        HealthSnapshot health = proxy.health();

        assertThat(health.isHealthy()).isTrue();
        assertThat(health.isAlive()).isTrue();
        assertThat(health.running()).isFalse();
        assertThat(health.statistics()).isNotNull();
    }

    @Test
    void findsEveryLoopAliveWhileTheEngineRuns() {
        proxy.start();
        try {
            assertThat(proxy.health().running()).isTrue();
            assertThat(proxy.health().deadLoops()).isEmpty();
        } finally {
            proxy.close();
        }
    }

    @Test
    void answersWhileTheStoreIsInTroubleAndSaysSo() {
        store.before(operation -> {
            if (operation.equals("statistics")) {
                throw new RetryableStoreException("connection refused", null);
            }
        });
        assertThat(proxy.health().isAlive()).isFalse();
        assertThat(proxy.health().reasons()).containsExactly("the store cannot be read: connection refused");

        store.before(operation -> {});
        assertThat(proxy.health().isHealthy()).isTrue();
    }

    @Test
    void saysWhatIsSuspendedAndWhy() {
        store.suspend(new Suspension(new SuspensionScope.Account(ACCOUNT), "535 refused", SINCE));

        assertThat(proxy.health().reasons())
                .containsExactly("account acme/pec is suspended since 2026-01-31T12:00:00Z: 535 refused");
        assertThat(proxy.health().isAlive()).isTrue();
    }

    @Test
    void saysSinceWhenAMailboxIsBlindAndWhichLoopDied() {
        HealthSnapshot health = new HealthSnapshot(
                SINCE,
                true,
                null,
                null,
                List.of(),
                List.of(
                        new MailboxStatus(ACCOUNT, null, SINCE, "timed out", null, 0, false),
                        new MailboxStatus(ACCOUNT, SINCE, null, null, null, 0, true)),
                List.of("report"));

        assertThat(health.reasons())
                .containsExactly(
                        "the loop \"report\" does not run",
                        "the mailbox of account acme/pec is blind since 2026-01-31T12:00:00Z: timed out");
        assertThat(health.isAlive()).isFalse();
    }
}
