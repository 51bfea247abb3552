package io.github.pecmailproxy.store;

import java.time.Instant;

/**
 * Messages that are held back. Immutable.
 *
 * @param scope whose messages
 * @param reason why, in words for a person
 * @param since since when
 * @since 0.1.0
 */
public record Suspension(SuspensionScope scope, String reason, Instant since) {}
