package io.github.pecmailproxy.sandbox;

import java.util.List;

/**
 * The test's hand on the SMTP servers: faults to show, and what was said. Thread-safe.
 *
 * <pre>{@code
 * sandbox.smtp().at(SmtpPhase.MAIL).reply(451, "4.3.0 try again later");
 * sandbox.smtp().at(SmtpPhase.RCPT).of("mario@pec.example").always().reply(550, "5.1.1 no such mailbox");
 * sandbox.smtp().at(SmtpPhase.FINAL_DOT).acceptThenDrop();
 * }</pre>
 *
 * @since 0.1.0
 */
public final class SmtpControl {
    private final FaultScript script;
    private final Transcript transcript;

    SmtpControl(FaultScript script, Transcript transcript) {
        this.script = script;
        this.transcript = transcript;
    }

    /**
     * Begins a fault.
     *
     * @param phase when it shall happen
     * @return the fault, to be completed
     */
    public SmtpFault at(SmtpPhase phase) {
        return new SmtpFault(script, phase);
    }

    /** Forgets all faults and lets go whoever stands still. */
    public void clear() {
        script.clear();
    }

    /**
     * Returns how many faults have not been used up.
     *
     * @return the number
     */
    public int pendingFaults() {
        return script.size();
    }

    /**
     * Returns how many connections there have been.
     *
     * @return the number since the start
     */
    public long connections() {
        return transcript.connections();
    }

    /**
     * Returns how often a command was given.
     *
     * @param verb the command, such as {@code MAIL}, in any case
     * @return the number since the start
     */
    public long commands(String verb) {
        return transcript.commands(verb);
    }

    /**
     * Returns the last 5000 lines of all conversations, each with its connection's number and {@code C:} or {@code S:}.
     * Credentials are replaced by stars, message content is left out.
     *
     * @return the lines in order, never null, unmodifiable
     */
    public List<String> transcript() {
        return transcript.lines();
    }
}
