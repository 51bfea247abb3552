package io.github.pecmailproxy.internal.report;

import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** When this node may call a channel, and when it must although there is nothing to report. Thread-safe. */
final class Turns {
    private final Map<Channel, Instant> pauses = new ConcurrentHashMap<>();
    private final Map<Channel, Call> calls = new ConcurrentHashMap<>();

    /**
     * The next call of a channel that may have nothing to hear.
     *
     * @param at when
     * @param invited whether the channel asked for it, so that it is this node's to make
     */
    private record Call(Instant at, boolean invited) {}

    /** Tells whether the channel wants to be left alone. */
    boolean isPaused(Channel channel, Instant now) {
        Instant end = pauses.get(channel);
        return end != null && now.isBefore(end);
    }

    /** Lists the channels of a sink that are to be called whatever there is to report; one that is new waits for a whole interval. */
    List<Channel> due(NamedSink sink, Collection<String> heartbeatTenants, Instant now) {
        Set<Channel> beating = heartbeatTenants.stream()
                .map(tenant -> new Channel(sink, tenant))
                .collect(Collectors.toSet());
        calls.entrySet()
                .removeIf(call -> call.getKey().sink().equals(sink)
                        && !beating.contains(call.getKey())
                        && !call.getValue().invited());
        beating.forEach(channel -> calls.computeIfAbsent(channel, first -> heartbeat(channel, now)));
        return calls.keySet().stream()
                .filter(channel -> channel.sink().equals(sink) && isDue(channel, now))
                .toList();
    }

    /** Tells whether a channel is to be called whatever there is to report. */
    boolean isDue(Channel channel, Instant now) {
        Call call = calls.get(channel);
        return call != null && !now.isBefore(call.at());
    }

    /** Tells whether the channel asked to be called. */
    boolean isInvited(Channel channel) {
        Call call = calls.get(channel);
        return call != null && call.invited();
    }

    /** Notes that the channel was called, or that another node does it. */
    void called(Channel channel, Instant now) {
        calls.put(channel, heartbeat(channel, now));
    }

    /** Notes that the channel was called and what it wished; returns the end of the pause it asked for. */
    Optional<Instant> answered(Channel channel, ReportAnswer answer, Instant now) {
        if (answer.queued() > 0) {
            calls.put(channel, new Call(now, true));
        } else {
            called(channel, now);
        }
        Optional<Instant> pause = answer.nextSyncAfter()
                .filter(now::isBefore)
                .map(wished -> earlier(wished, now.plus(DeliveryReportSink.LONGEST_PAUSE)));
        pause.ifPresentOrElse(end -> pauses.put(channel, end), () -> pauses.remove(channel));
        return pause;
    }

    private static Call heartbeat(Channel channel, Instant now) {
        Duration interval = channel.sink().sink().heartbeatInterval();
        return new Call(now.plus(interval), false);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
