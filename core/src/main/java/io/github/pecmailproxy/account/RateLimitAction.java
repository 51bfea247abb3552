package io.github.pecmailproxy.account;

/**
 * What becomes of a message that is due while a rate limit of its account is used up.
 *
 * @since 0.1.0
 */
public enum RateLimitAction {
    /** The default: it waits until the limit allows it. */
    DEFER,
    /**
     * It fails, with the event {@code error}, if no attempt to send it was made yet. A message that an attempt was made for waits as with
     * {@link #DEFER}: somebody may have got it.
     */
    REJECT
}
