package io.github.pecmailproxy.report;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a sink made of a report, entry by entry, and when it wants to be called again. Immutable and thread-safe.
 *
 * <p>An entry is done with, because the sink accepted it or wants to drop it, or it is to be delivered again; then the later entries
 * of the same message in the report are too, whatever the sink made of them, so that the order within a message is kept. What is
 * neither to be retried nor dropped was accepted.
 *
 * <pre>{@code
 * ReportAnswer.acceptedExcept(refused).dropping(unknown).queued(3)
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ReportAnswer {
    private static final ReportAnswer ACCEPTED = new ReportAnswer(Set.of(), Set.of(), 0, null);

    private final Set<Long> retry;
    private final Set<Long> dropped;
    private final long queued;
    private final @Nullable Instant nextSyncAfter;

    private ReportAnswer(Set<Long> retry, Set<Long> dropped, long queued, @Nullable Instant nextSyncAfter) {
        this.retry = Set.copyOf(retry);
        this.dropped = Set.copyOf(dropped);
        this.queued = queued;
        this.nextSyncAfter = nextSyncAfter;
    }

    /**
     * Accepts every entry.
     *
     * @return the answer, never null
     */
    public static ReportAnswer accepted() {
        return ACCEPTED;
    }

    /**
     * Accepts every entry but some.
     *
     * @param sequences the {@linkplain ReportEntry#sequence() sequences} of the entries to deliver again later; those of no entry are
     *     ignored
     * @return the answer, never null
     */
    public static ReportAnswer acceptedExcept(Set<Long> sequences) {
        return new ReportAnswer(sequences, Set.of(), 0, null);
    }

    /**
     * Drops entries: the sink has no use for them, such as those of a message that its host does not know, and will never have. They
     * do not come again; that they were dropped is logged.
     *
     * @param sequences the {@linkplain ReportEntry#sequence() sequences} of the entries; those of no entry are ignored, and those that
     *     are to be delivered again are not dropped
     * @return the answer with these dropped, never null
     */
    public ReportAnswer dropping(Set<Long> sequences) {
        return new ReportAnswer(retry, sequences, queued, nextSyncAfter);
    }

    /**
     * Says that the host has messages to hand in ({@code queued} of the sync protocol): it is called again at once, with whatever there
     * is to report then, even nothing.
     *
     * @param messages how many; 0 or less for none
     * @return the answer with this number, never null
     */
    public ReportAnswer queued(long messages) {
        return new ReportAnswer(retry, dropped, Math.max(0, messages), nextSyncAfter);
    }

    /**
     * Asks to be left alone for a while ({@code next_sync_after} of the sync protocol): until then nothing is delivered for this tenant
     * by any node, whatever happens and whatever {@link #queued(long)} says. Nothing is lost; a pause ends after {@link
     * DeliveryReportSink#LONGEST_PAUSE} at the latest.
     *
     * @param time when to call again at the earliest; one that has passed changes nothing
     * @return the answer with this time, never null
     */
    public ReportAnswer nextSyncAfter(Instant time) {
        return new ReportAnswer(retry, dropped, queued, time);
    }

    /**
     * Returns which entries to deliver again.
     *
     * @return their sequences, never null, immutable
     */
    public Set<Long> retry() {
        return retry;
    }

    /**
     * Returns which entries to drop.
     *
     * @return their sequences, never null, immutable
     */
    public Set<Long> dropped() {
        return dropped;
    }

    /**
     * Returns how many messages the host has to hand in.
     *
     * @return how many, at least 0
     */
    public long queued() {
        return queued;
    }

    /**
     * Returns when the host wants to be called again at the earliest.
     *
     * @return the time, or empty when it did not say
     */
    public Optional<Instant> nextSyncAfter() {
        return Optional.ofNullable(nextSyncAfter);
    }

    @Override
    public String toString() {
        return "ReportAnswer[retry=" + retry + ", dropped=" + dropped + ", queued=" + queued + ", nextSyncAfter="
                + nextSyncAfter + "]";
    }
}
