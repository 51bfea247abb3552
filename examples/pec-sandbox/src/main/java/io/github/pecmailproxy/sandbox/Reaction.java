package io.github.pecmailproxy.sandbox;

import java.time.Duration;

/** What a server does instead of, or before, what it would do. */
sealed interface Reaction {
    /** Answers with this line (SMTP: without the command's own effect; IMAP: as the tagged answer). */
    record Reply(String line) implements Reaction {}

    /** Closes the connection without a word. */
    record Drop() implements Reaction {}

    /** Does what was asked, then closes the connection without the answer. */
    record ObeyThenDrop() implements Reaction {}

    /** Waits to be let go, then goes on as usual. */
    record StandStill(Stall stall) implements Reaction {}

    /** Waits a while, then goes on as usual. */
    record Wait(Duration duration) implements Reaction {}
}
