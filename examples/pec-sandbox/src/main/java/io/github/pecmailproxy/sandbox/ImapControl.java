package io.github.pecmailproxy.sandbox;

import java.util.List;
import java.util.Locale;

/**
 * The test's hand on the IMAP servers: faults to show, and what was said. Thread-safe.
 *
 * <pre>{@code
 * sandbox.imap().at("LOGIN").no("[AUTHENTICATIONFAILED] wrong password");
 * sandbox.imap().atAnyCommand().skip(5).drop();
 * sandbox.imap().silenceIdle(true);
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ImapControl {
    private final FaultScript script;
    private final Transcript transcript;
    private final IdleRoom idleRoom;

    ImapControl(FaultScript script, Transcript transcript, IdleRoom idleRoom) {
        this.script = script;
        this.transcript = transcript;
        this.idleRoom = idleRoom;
    }

    /**
     * Begins a fault at one command. {@code UID FETCH} and its like are named with the blank; {@code GREETING} is the moment
     * before the greeting.
     *
     * @param command the command in any case, such as {@code UID FETCH}
     * @return the fault, to be completed
     */
    public ImapFault at(String command) {
        if (command.isBlank()) {
            throw new IllegalArgumentException("command must not be blank");
        }
        return new ImapFault(script, command.trim().toUpperCase(Locale.ROOT));
    }

    /**
     * Begins a fault at whatever command comes; with {@link ImapFault#skip(int)} that is the n-th one.
     *
     * @return the fault, to be completed
     */
    public ImapFault atAnyCommand() {
        return new ImapFault(script, "");
    }

    /**
     * Makes IDLE go dead: the connection stays open and nothing is told any more, as when a firewall forgot it.
     *
     * @param silent true to go silent, false to tell changes again; what was missed is told then, or at the next command
     */
    public void silenceIdle(boolean silent) {
        idleRoom.silence(silent);
    }

    /** Cuts the connections that are in IDLE, without a word. */
    public void dropIdle() {
        idleRoom.dropAll();
    }

    /**
     * Returns how many connections are in IDLE now.
     *
     * @return the number
     */
    public int idling() {
        return idleRoom.size();
    }

    /** Forgets all faults, lets go whoever stands still and ends the silence of IDLE. */
    public void clear() {
        script.clear();
        idleRoom.silence(false);
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
     * @param command the command, such as {@code UID FETCH}, in any case
     * @return the number since the start
     */
    public long commands(String command) {
        return transcript.commands(command);
    }

    /**
     * Returns the last 5000 lines of all conversations, each with its connection's number and {@code C:} or {@code S:}.
     * Credentials are replaced by stars; of what is fetched only the beginning of each answer is kept.
     *
     * @return the lines in order, never null, unmodifiable
     */
    public List<String> transcript() {
        return transcript.lines();
    }
}
