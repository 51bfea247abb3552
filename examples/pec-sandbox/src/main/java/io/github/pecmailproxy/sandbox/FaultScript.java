package io.github.pecmailproxy.sandbox;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The faults a server was told to show, in the order they were asked for; each is used up as often as it was asked for.
 * Thread-safe.
 */
final class FaultScript {
    /** The phase before a client says anything; it is not a command. */
    static final String GREETING = "GREETING";

    private static final class Fault {
        private final String phase;
        private final String argument;
        private final Reaction reaction;
        private int skip;
        private int remaining;

        Fault(String phase, String argument, Reaction reaction, int skip, int times) {
            this.phase = phase;
            this.argument = argument.toLowerCase(Locale.ROOT);
            this.reaction = reaction;
            this.skip = skip;
            this.remaining = times;
        }
    }

    private final List<Fault> faults = new ArrayList<>();
    private final List<Stall> stalls = new ArrayList<>();

    synchronized void add(String phase, String argument, Reaction reaction, int skip, int times) {
        faults.add(new Fault(phase, argument, reaction, skip, times));
        if (reaction instanceof Reaction.StandStill standStill) {
            stalls.add(standStill.stall());
        }
    }

    /**
     * Returns the reaction the script has for this moment.
     *
     * @param phase the phase or command; a fault for the empty phase fits any command
     * @param argument what the client said; a fault fits when its own argument is part of it, in any case
     */
    synchronized Optional<Reaction> next(String phase, String argument) {
        String said = argument.toLowerCase(Locale.ROOT);
        for (Iterator<Fault> each = faults.iterator(); each.hasNext(); ) {
            Fault fault = each.next();
            boolean anyCommand = fault.phase.isEmpty() && !phase.equals(GREETING);
            if ((anyCommand || fault.phase.equals(phase)) && said.contains(fault.argument)) {
                if (fault.skip > 0) {
                    fault.skip--;
                } else {
                    if (--fault.remaining == 0) {
                        each.remove();
                    }
                    return Optional.of(fault.reaction);
                }
            }
        }
        return Optional.empty();
    }

    synchronized int size() {
        return faults.size();
    }

    /** Forgets all faults and lets go whoever stands still. */
    synchronized void clear() {
        faults.clear();
        stalls.forEach(Stall::release);
        stalls.clear();
    }
}
