package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.message.OutgoingMessage;
import java.util.List;

/**
 * A message of the demonstration and what should become of it.
 *
 * @param message the message
 * @param outcomes what should become of each recipient, as {@link Outcomes} names it
 */
record DemoMessage(OutgoingMessage message, List<String> outcomes) {
    DemoMessage {
        outcomes = List.copyOf(outcomes);
    }
}
