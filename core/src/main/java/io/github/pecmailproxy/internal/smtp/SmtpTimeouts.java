package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;

/**
 * How long each step of a transmission may take. There is no limit for a whole message: a large one on a slow line is no failure.
 * Immutable.
 *
 * @param connect to open the connection
 * @param read for each answer, from the command to the end of its reply
 * @param write for the network to take each 16 KiB of content
 * @param finalReply for the answer to the final dot
 * @since 0.1.0
 */
public record SmtpTimeouts(Duration connect, Duration read, Duration write, Duration finalReply) {
    /** To open the connection: 10 seconds. */
    public static final Duration DEFAULT_CONNECT = Duration.ofSeconds(10);

    /** For each answer: 60 seconds. */
    public static final Duration DEFAULT_READ = Duration.ofSeconds(60);

    /** For the network to take each 16 KiB of content: 60 seconds. */
    public static final Duration DEFAULT_WRITE = Duration.ofSeconds(60);

    /**
     * For the answer to the final dot: 10 minutes (RFC 5321 section 4.5.3.2.6). Whoever gives up earlier leaves a doubt where patience
     * would have had an answer.
     */
    public static final Duration DEFAULT_FINAL_REPLY = Duration.ofMinutes(10);

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** The default times. */
    public static final SmtpTimeouts DEFAULTS =
            new SmtpTimeouts(DEFAULT_CONNECT, DEFAULT_READ, DEFAULT_WRITE, DEFAULT_FINAL_REPLY);

    /** Checks the times: 1 millisecond to 1 hour. */
    public SmtpTimeouts {
        check("smtp.connect_timeout", connect);
        check("smtp.read_timeout", read);
        check("smtp.write_timeout", write);
        check("smtp.final_reply_timeout", finalReply);
    }

    private static void check(String field, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new InvalidValueException(field, "is " + value + ", allowed is " + SHORTEST + " to " + LONGEST);
        }
    }
}
