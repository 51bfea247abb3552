package io.github.pecmailproxy.store;

/**
 * What was made of a mail that was read from a mailbox.
 *
 * @since 0.1.0
 */
public enum Disposition {
    /** It became an event of one of our messages. */
    RECORDED,
    /**
     * It speaks of a message whose transmission is not settled yet, or is a bounce of a recipient of whom the provider has not told yet
     * whether it is a certified one; and waits for that.
     */
    WAITING,
    /** It speaks of one of our messages, but brings less than the account's policy asks for. Can be judged again. */
    REFUSED,
    /** It repeats one that was recorded. */
    REPEATED,
    /** It speaks of a message of ours that is not stored any more. */
    ORPHANED,
    /** It is a receipt for somebody else's message: several applications may share a mailbox. Left alone. */
    FOREIGN,
    /** It is nothing that concerns a message sent: certified mail that came in, ordinary mail. Left alone. */
    IGNORED,
    /** It could not be read, several times over, and was passed over. */
    UNREADABLE;

    /**
     * Tells whether such a mail is tied to no message and proves nothing about one, so that its record may go without loss of
     * evidence. What is {@link #ORPHANED} or {@link #REFUSED} may still be evidence.
     *
     * @return whether it concerns no message of ours
     */
    public boolean isUnrelated() {
        return this == FOREIGN || this == IGNORED || this == UNREADABLE;
    }
}
