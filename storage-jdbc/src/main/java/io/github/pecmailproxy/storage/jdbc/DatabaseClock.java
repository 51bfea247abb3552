package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the database's time without asking it every time: a sample is carried on by the JVM's monotonic clock, and renewed once a minute
 * by some operation that has a connection in hand. Reading never fails. Thread-safe.
 */
final class DatabaseClock implements InstantSource {
    private static final long SAMPLE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The monotonic clock may stand still while the machine sleeps; the wall clock does not. */
    private static final long MOST_DIVERGENCE_MILLIS = 1_000;

    private final AtomicBoolean sampling = new AtomicBoolean();
    private volatile Sample sample;

    private DatabaseClock(Sample sample) {
        this.sample = sample;
    }

    /** Begins with a first sample. */
    static DatabaseClock start(Session session) throws SQLException {
        return new DatabaseClock(Sample.take(session));
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
        Sample current = sample;
        return current.databaseMillis() + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - current.nanos());
    }

    /** Tells whether the sample should be renewed. */
    boolean isOld() {
        return sample.isOld();
    }

    /** Renews the sample if it is old, on a connection that was lent for something else. */
    void renewIfOld(Session session) throws SQLException {
        if (sample.isOld() && sampling.compareAndSet(false, true)) {
            try {
                sample = Sample.take(session);
            } finally {
                sampling.set(false);
            }
        }
    }

    private record Sample(long databaseMillis, long nanos, long wallMillis) {
        /** Takes the time to have been read in the middle between asking and hearing. */
        static Sample take(Session session) throws SQLException {
            long asked = System.nanoTime();
            long millis = session.list(session.dialect().timeQuery(), Session.Binder.NONE, Row::number)
                    .get(0);
            long heard = System.nanoTime();
            return new Sample(
                    millis, asked + (heard - asked) / 2, InstantSource.system().millis());
        }

        boolean isOld() {
            long elapsed = System.nanoTime() - nanos;
            long wall = InstantSource.system().millis() - wallMillis;
            return elapsed > SAMPLE_NANOS
                    || Math.abs(wall - TimeUnit.NANOSECONDS.toMillis(elapsed)) > MOST_DIVERGENCE_MILLIS;
        }
    }
}
