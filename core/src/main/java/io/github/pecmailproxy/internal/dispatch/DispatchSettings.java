package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;

/**
 * How the dispatcher works. Immutable.
 *
 * @param leaseDuration how long a message is leased; prolonged while this process lives
 * @param leaseAhead how many messages of an account are leased beyond those on the wire: after a crash so many more are in doubt
 * @param maxTransmissions how many transmissions are under way at once, all accounts together; for each that is slow another may begin, up
 *     to four times as many ({@link SlowTransmissions}); the tenants share them ({@link TenantTurns})
 * @param interval how often the queue is looked at when nothing tells of new messages
 */
public record DispatchSettings(Duration leaseDuration, int leaseAhead, int maxTransmissions, Duration interval) {
    private static final int MOST = 10_000;

    /** Checks the bounds. */
    public DispatchSettings {
        if (leaseDuration.compareTo(Duration.ofSeconds(3)) < 0) {
            throw new InvalidValueException("lease_duration", "is " + leaseDuration + ", must be at least PT3S");
        }
        FieldCheck.between("lease_ahead", leaseAhead, 1, MOST);
        FieldCheck.between("max_transmissions", maxTransmissions, 1, MOST);
        if (interval.isNegative() || interval.isZero()) {
            throw new InvalidValueException("dispatch_interval", "is " + interval + ", must be positive");
        }
    }
}
