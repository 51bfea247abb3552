package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.imap.MailboxStatus;
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

    EngineHealth(MailProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public Health health() {
        List<String> trouble = new ArrayList<>();
        for (MailboxStatus mailbox : proxy.poller().mailboxes()) {
            if (mailbox.blindSince() != null) {
                trouble.add("the mailbox of " + mailbox.account() + " cannot be read since " + mailbox.blindSince());
            }
        }
        proxy.queue()
                .suspensions()
                .forEach(suspension -> trouble.add(suspension.scope() + " is suspended: " + suspension.reason()));
        Health.Builder health = proxy.isRunning() ? Health.up() : Health.down();
        return health.withDetail("unreported", proxy.statistics().unreported())
                .withDetail("trouble", trouble)
                .build();
    }
}
