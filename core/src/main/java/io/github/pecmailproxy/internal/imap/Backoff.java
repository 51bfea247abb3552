package io.github.pecmailproxy.internal.imap;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a failing mailbox is tried again: twice as long each time, up to a bound, and a little at random, so that
 * mailboxes that failed together do not come back together.
 */
final class Backoff {
    /** The first wait: 1 second. */
    static final Duration FIRST = Duration.ofSeconds(1);

    /** The longest wait: 5 minutes. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    /** The first wait after the server refused the credentials: 5 minutes. */
    static final Duration FIRST_AFTER_REFUSED_LOGIN = Duration.ofMinutes(5);

    /** The longest wait after the server refused the credentials: 1 hour. More attempts get an address blocked (facts 1.4). */
    static final Duration LONGEST_AFTER_REFUSED_LOGIN = Duration.ofHours(1);

    private static final double SPREAD = 0.2;
    private static final int MOST_DOUBLINGS = 20;

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * Computes a wait.
     *
     * @param failures how many attempts failed in a row, at least 1
     * @param kind how the last one failed
     * @return the wait, up to a fifth shorter or longer than the rule says
     */
    Duration after(int failures, MailboxException.Kind kind) {
        return kind == MailboxException.Kind.LOGIN_REFUSED
                ? wait(failures, FIRST_AFTER_REFUSED_LOGIN, LONGEST_AFTER_REFUSED_LOGIN)
                : wait(failures, FIRST, LONGEST);
    }

    private Duration wait(int failures, Duration first, Duration longest) {
        long doubled = first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
        double factor = 1 - SPREAD + 2 * SPREAD * random.nextDouble();
        return Duration.ofMillis((long) (Math.min(doubled, longest.toMillis()) * factor));
    }
}
