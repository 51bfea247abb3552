package io.github.pecmailproxy.operations;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.message.MessageKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that the people who run the system must know. Immutable; holds no secret and no content of a message.
 *
 * @since 0.1.0
 */
public sealed interface OperationalEvent {
    /**
     * A server refused the account itself; its messages are held back until it is activated.
     *
     * @param account which account
     * @param reason the server's answer
     * @since 0.1.0
     */
    record AccountSuspended(AccountKey account, String reason) implements OperationalEvent {}

    /**
     * A message names an account that does not exist any more.
     *
     * @param account which account
     * @since 0.1.0
     */
    record AccountMissing(AccountKey account) implements OperationalEvent {}

    /**
     * A mailbox cannot be read: receipts may be there that nobody sees, and no timeout is raised for its messages. Told once when
     * it begins.
     *
     * @param account whose mailbox
     * @param since since when
     * @param reason why
     * @since 0.1.0
     */
    record MailboxBlind(AccountKey account, Instant since, String reason) implements OperationalEvent {}

    /**
     * A mailbox can be read again.
     *
     * @param account whose mailbox
     * @since 0.1.0
     */
    record MailboxReadable(AccountKey account) implements OperationalEvent {}

    /**
     * The server gave the mailbox another UIDVALIDITY: it is read again from the beginning of the look-back.
     *
     * @param account whose mailbox
     * @param folder which folder
     * @since 0.1.0
     */
    record MailboxRenumbered(AccountKey account, String folder) implements OperationalEvent {}

    /**
     * A mailbox is so full that receipts may soon be refused, and lost. Told once each time the threshold is crossed.
     *
     * @param account whose mailbox
     * @param quota how full it is
     * @since 0.1.0
     */
    record MailboxFilling(AccountKey account, MailboxQuota quota) implements OperationalEvent {}

    /**
     * A folder with many mails to read, 1,000 or more as on a first reading of years of mail, was read further. Told after each tenth
     * and at the end, when both numbers are the same. Mails that were read on an earlier run, or by another node, are not counted.
     *
     * @param account whose mailbox
     * @param folder which folder
     * @param read how many mails were read so far
     * @param total how many there were to read
     * @since 0.1.0
     */
    record MailboxProgress(AccountKey account, String folder, long read, long total) implements OperationalEvent {}

    /**
     * Something has the form of a receipt for one of our messages, but not the proof that the account's policy asks for. It may
     * be forged.
     *
     * @param account whose mailbox
     * @param message the message it names
     * @param receiptFingerprint the SHA-256 of its bytes
     * @param reason what it lacks
     * @since 0.1.0
     */
    record ReceiptRefused(AccountKey account, MessageKey message, String receiptFingerprint, String reason)
            implements OperationalEvent {}

    /**
     * A mail could not be read, several times over, and was passed over.
     *
     * @param account whose mailbox
     * @param folder which folder
     * @param uid the mail's UID there
     * @param reason what happened
     * @since 0.1.0
     */
    record MailUnreadable(AccountKey account, String folder, long uid, String reason) implements OperationalEvent {}

    /**
     * Certified receipts contradict each other.
     *
     * @param message the message
     * @param recipient the recipient
     * @since 0.1.0
     */
    record ReceiptsContradict(MessageKey message, String recipient) implements OperationalEvent {}

    /**
     * Whether a message went out is not known, and a person must decide.
     *
     * @param message the message
     * @since 0.1.0
     */
    record DecisionNeeded(MessageKey message) implements OperationalEvent {}

    /**
     * A part of the engine failed; it goes on.
     *
     * @param part which part, such as {@code dispatch} or {@code report}
     * @param reason what happened
     * @param account the account concerned, null when it is none or all
     * @since 0.1.0
     */
    record EngineTrouble(
            String part, String reason, @Nullable AccountKey account) implements OperationalEvent {}
}
