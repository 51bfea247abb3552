package io.github.pecmailproxy.sandbox;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How the provider misbehaves with receipts: late, out of order, twice, not at all. Changes hold for messages accepted
 * afterwards. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ReceiptRules {
    private final Map<ReceiptType, Duration> delays = new EnumMap<>(ReceiptType.class);
    private Duration delay = Duration.ZERO;
    private boolean deliveryFirst;
    private int copies = 1;
    private boolean held;
    private final Runnable onRelease;

    ReceiptRules(Runnable onRelease) {
        this.onRelease = onRelease;
    }

    /**
     * Sends all receipts later than they would be.
     *
     * @param duration the additional time, zero for none
     * @return these rules
     * @throws IllegalArgumentException if the duration is negative
     */
    public synchronized ReceiptRules delay(Duration duration) {
        delay = checked(duration);
        return this;
    }

    /**
     * Sends the receipts of one kind later than they would be; adds to {@link #delay(Duration)}.
     *
     * @param type the kind
     * @param duration the additional time, zero for none
     * @return these rules
     * @throws IllegalArgumentException if the duration is negative
     */
    public synchronized ReceiptRules delay(ReceiptType type, Duration duration) {
        delays.put(type, checked(duration));
        return this;
    }

    /**
     * Sends what recipients' providers say before the sender's own provider's {@code accettazione}, as happens on the wire
     * (facts 1.5).
     *
     * @param first true to turn the order round
     * @return these rules
     */
    public synchronized ReceiptRules deliveryBeforeAcceptance(boolean first) {
        deliveryFirst = first;
        return this;
    }

    /**
     * Puts every receipt into the mailbox several times, byte for byte the same.
     *
     * @param number how many times, 0 to swallow receipts
     * @return these rules
     * @throws IllegalArgumentException if the number is negative
     */
    public synchronized ReceiptRules copies(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("number of copies must not be negative, was: " + number);
        }
        copies = number;
        return this;
    }

    /**
     * Holds back every receipt until {@link #release()}, also those already waiting.
     *
     * @return these rules
     */
    public synchronized ReceiptRules hold() {
        held = true;
        return this;
    }

    /**
     * Lets the receipts go that {@link #hold()} held back; in automatic mode they arrive on their own.
     *
     * @return these rules
     */
    public ReceiptRules release() {
        synchronized (this) {
            held = false;
        }
        onRelease.run();
        return this;
    }

    synchronized Duration delayOf(ReceiptType type) {
        return delay.plus(delays.getOrDefault(type, Duration.ZERO));
    }

    synchronized boolean isDeliveryFirst() {
        return deliveryFirst;
    }

    synchronized int copies() {
        return copies;
    }

    synchronized boolean isHeld() {
        return held;
    }

    private static Duration checked(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration must not be negative, was: " + duration);
        }
        return duration;
    }
}
