package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.credentials.StoredAccounts;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.store.StoreStatistics;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The engine as Actuator shows it. A mailbox that cannot be read or an account that is held back does not take the program out of
 * service: a load balancer could not mend it, and the other accounts go on.
 */
final class EngineHealth implements HealthIndicator {
    private final MailProxy proxy;
    private final StoredAccounts accounts;

    EngineHealth(MailProxy proxy, StoredAccounts accounts) {
        this.proxy = proxy;
        this.accounts = accounts;
    }

    @Override
    public Health health() {
        HealthSnapshot snapshot = proxy.health();
        List<String> reasons = new ArrayList<>(snapshot.reasons());
        if (snapshot.storeTrouble() == null) {
            accounts.unreadable().forEach((key, reason) -> reasons.add("account " + key + ": " + reason));
        }
        Health.Builder health = snapshot.isAlive() && snapshot.running() ? Health.up() : Health.down();
        StoreStatistics statistics = snapshot.statistics();
        if (statistics != null) {
            health.withDetail("unreported", statistics.unreported());
        }
        return health.withDetail("trouble", reasons).build();
    }
}
