package io.github.pecmailproxy.sandbox;

import java.time.Duration;
import java.util.Objects;

/**
 * A fault of the IMAP server under construction; it is in force once one of {@link #no}, {@link #bad}, {@link #drop},
 * {@link #stall} or {@link #slow} is called. It happens once unless told otherwise. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class ImapFault {
    private final FaultScript script;
    private final String command;
    private String argument = "";
    private int skip;
    private int times = 1;

    ImapFault(FaultScript script, String command) {
        this.script = script;
        this.command = command;
    }

    /**
     * Restricts the fault to commands whose arguments contain a text.
     *
     * @param text part of the command line, in any case
     * @return this fault
     */
    public ImapFault of(String text) {
        argument = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Lets the command pass a number of times before the fault begins.
     *
     * @param number how often
     * @return this fault
     */
    public ImapFault skip(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("number to skip must not be negative, was: " + number);
        }
        skip = number;
        return this;
    }

    /**
     * Makes the fault happen a number of times.
     *
     * @param number how often, at least 1
     * @return this fault
     */
    public ImapFault times(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("number of times must be at least 1, was: " + number);
        }
        times = number;
        return this;
    }

    /**
     * Makes the fault happen every time until {@link ImapControl#clear()}.
     *
     * @return this fault
     */
    public ImapFault always() {
        times = Integer.MAX_VALUE;
        return this;
    }

    /**
     * Answers NO.
     *
     * @param text why, such as {@code [UNAVAILABLE] try again later}
     */
    public void no(String text) {
        add(new Reaction.Reply("NO " + checked(text)));
    }

    /**
     * Answers BAD.
     *
     * @param text why
     */
    public void bad(String text) {
        add(new Reaction.Reply("BAD " + checked(text)));
    }

    /** Closes the connection without an answer. */
    public void drop() {
        add(new Reaction.Drop());
    }

    /**
     * Stands still before doing what was asked.
     *
     * @return the handle that tells when a connection stands here and lets it go
     */
    public Stall stall() {
        Stall stall = new Stall();
        add(new Reaction.StandStill(stall));
        return stall;
    }

    /**
     * Waits before doing what was asked.
     *
     * @param duration how long, in real time
     */
    public void slow(Duration duration) {
        add(new Reaction.Wait(Objects.requireNonNull(duration, "duration")));
    }

    private static String checked(String text) {
        if (text.contains("\r") || text.contains("\n")) {
            throw new IllegalArgumentException("text must be one line");
        }
        return text;
    }

    private void add(Reaction reaction) {
        script.add(command, argument, reaction, skip, times);
    }
}
