package io.github.pecmailproxy.account;

/**
 * What to do with a message whose transmission ended without an answer, once the acceptance timeout has passed and neither a
 * receipt nor the mailbox told whether the server has it.
 *
 * @since 0.1.0
 */
public enum UncertainDelivery {
    /** The default: send the same bytes with the same Message-ID again. A recipient may get it twice, recognisably. */
    RESEND,
    /** Leave it to a person: nothing happens until one decides. */
    HOLD
}
