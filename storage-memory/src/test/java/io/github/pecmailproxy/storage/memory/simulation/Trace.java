package io.github.pecmailproxy.storage.memory.simulation;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What happened, in order; kept only where somebody will read it, because it costs more than the rest. */
final class Trace {
    private static final int LONGEST_LINE = 500;
    private static final Pattern IDENTITY = Pattern.compile("(?<=Content)@[0-9a-f]+");

    private final List<String> lines = new ArrayList<>();
    private final SimulatedTime time;

    private final boolean kept;

    Trace(SimulatedTime time, boolean kept) {
        this.time = time;
        this.kept = kept;
    }

    void add(String who, Object... what) {
        if (!kept) {
            return;
        }
        Instant now = time.instant().truncatedTo(ChronoUnit.SECONDS);
        StringBuilder line =
                new StringBuilder().append(now).append(' ').append(who).append(' ');
        for (Object part : what) {
            line.append(part);
        }
        // What is left to Object.toString differs from run to run.
        String same = IDENTITY.matcher(line).replaceAll("");
        lines.add(same.substring(0, Math.min(same.length(), LONGEST_LINE)));
    }

    List<String> lines() {
        return lines;
    }
}
