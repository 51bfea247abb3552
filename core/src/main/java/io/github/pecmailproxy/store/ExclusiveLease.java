package io.github.pecmailproxy.store;

import java.time.Instant;

/**
 * The right to be the only one to work on something. Immutable.
 *
 * @param resource what
 * @param owner who holds it
 * @param token the fence: higher for every new holder, so that an operation of a former holder is recognised
 * @param until the end of the right
 * @since 0.1.0
 */
public record ExclusiveLease(String resource, String owner, long token, Instant until) {}
