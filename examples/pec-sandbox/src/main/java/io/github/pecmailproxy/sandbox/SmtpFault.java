package io.github.pecmailproxy.sandbox;

import java.time.Duration;
import java.util.Objects;

/**
 * A fault of the SMTP server under construction; it is in force once one of {@link #reply}, {@link #drop},
 * {@link #acceptThenDrop}, {@link #stall} or {@link #slow} is called. It happens once unless told otherwise. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class SmtpFault {
    private final FaultScript script;
    private final SmtpPhase phase;
    private String argument = "";
    private int skip;
    private int times = 1;

    SmtpFault(FaultScript script, SmtpPhase phase) {
        this.script = script;
        this.phase = phase;
    }

    /**
     * Restricts the fault to commands that contain a text, such as a recipient's address.
     *
     * @param text part of the command line, in any case
     * @return this fault
     */
    public SmtpFault of(String text) {
        argument = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Lets the phase pass a number of times before the fault begins.
     *
     * @param number how often
     * @return this fault
     */
    public SmtpFault skip(int number) {
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
    public SmtpFault times(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("number of times must be at least 1, was: " + number);
        }
        times = number;
        return this;
    }

    /**
     * Makes the fault happen every time until {@link SmtpControl#clear()}.
     *
     * @return this fault
     */
    public SmtpFault always() {
        times = Integer.MAX_VALUE;
        return this;
    }

    /**
     * Answers with a code instead of doing what was asked. The connection is closed after 421 (RFC 5321 section 3.8).
     *
     * @param code the reply code, 200 to 599
     * @param text the rest of the line, such as {@code 4.7.1 try again later}
     * @throws IllegalStateException if the phase is {@link SmtpPhase#CONTENT}
     */
    public void reply(int code, String text) {
        if (phase == SmtpPhase.CONTENT) {
            throw new IllegalStateException("nothing can be answered in the middle of the content");
        }
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("code must be from 200 to 599, was: " + code);
        }
        if (text.contains("\r") || text.contains("\n")) {
            throw new IllegalArgumentException("text must be one line");
        }
        add(new Reaction.Reply(code + " " + text));
    }

    /** Closes the connection without an answer. At the final dot the message is not taken. */
    public void drop() {
        add(new Reaction.Drop());
    }

    /**
     * Takes the message and closes the connection without the answer: the client cannot know.
     *
     * @throws IllegalStateException if the phase is not {@link SmtpPhase#FINAL_DOT}
     */
    public void acceptThenDrop() {
        if (phase != SmtpPhase.FINAL_DOT) {
            throw new IllegalStateException("only the final dot can be accepted and left unanswered, not " + phase);
        }
        add(new Reaction.ObeyThenDrop());
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

    private void add(Reaction reaction) {
        script.add(phase.name(), argument, reaction, skip, times);
    }
}
