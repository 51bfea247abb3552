package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.imap.MailboxQuota;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A connection to one mailbox, logged in, that only looks unless {@link #select} is called. One thread uses it at a time; {@link #wake} and {@link #abort} may be
 * called from any other.
 *
 * <p>After a {@link MailboxException} whose {@linkplain MailboxException#connectionUsable() connection is not usable}, and after any
 * other exception, the only thing left to do is to close it.
 *
 * @since 0.1.0
 */
public interface MailboxConnection extends AutoCloseable {
    /**
     * Tells whether the server offers to tell of new mail (IDLE, RFC 2177).
     *
     * @return true when {@link #idle} may be called
     */
    boolean canIdle();

    /**
     * Opens a folder for looking only (EXAMINE, RFC 3501 section 6.3.2). Everything below concerns the folder opened last.
     *
     * @param folder its full name
     * @return how the folder is now, never null
     * @throws MailboxException of kind {@code REFUSED} if there is no such folder or it may not be opened
     */
    FolderState examine(String folder) throws MailboxException;

    /**
     * Finds mails.
     *
     * @param search which
     * @return their UIDs, ascending, each once; never null
     * @throws MailboxException if that fails
     */
    long[] search(MailSearch search) throws MailboxException;

    /**
     * Fetches the header blocks of mails.
     *
     * @param uids which mails, ascending, at least one
     * @return one for each that is (still) there and that the server gave, ascending; never null
     * @throws MailboxException if that fails
     */
    List<MailHeader> headers(long[] uids) throws MailboxException;

    /**
     * Fetches the beginnings of mails, so that small ones need not be asked for again.
     *
     * @param uids which mails, ascending, at least one
     * @param wanted which mails are to be kept whole
     * @return one for each that is (still) there and that the server gave, ascending; never null
     * @throws MailboxException if that fails
     */
    List<MailBeginning> beginnings(long[] uids, Predicate<MailHeader> wanted) throws MailboxException;

    /**
     * Lets the server begin with what will be asked for next, while this side does something else. Does nothing but save time.
     *
     * @param uids which mails {@link #beginnings} will be asked for
     * @throws MailboxException if the connection does not work any more
     */
    void askAhead(long[] uids) throws MailboxException;

    /**
     * Fetches whole mails, byte for byte.
     *
     * @param uids which mails, ascending, at least one
     * @param spool where their bytes go
     * @return by UID, those that are (still) there and that the server gave; the caller closes each
     * @throws MailboxException if that fails
     * @throws SpoolException if the bytes cannot be put aside
     */
    Map<Long, SpooledContent> contents(long[] uids, ContentSpool spool) throws MailboxException;

    /**
     * Opens a folder for changing (SELECT, RFC 3501 section 6.3.1), for {@link #flag} and {@link #move}.
     *
     * @param folder its full name
     * @return how the folder is now, never null
     * @throws MailboxException of kind {@code REFUSED} if there is no such folder or it may not be changed
     */
    FolderState select(String folder) throws MailboxException;

    /**
     * Gives mails a flag. Those that have it, or are gone, are passed over.
     *
     * @param uids which mails, ascending, at least one
     * @param flag the flag or keyword
     * @throws MailboxException of kind {@code REFUSED} if the folder does not keep such a flag
     */
    void flag(long[] uids, String flag) throws MailboxException;

    /**
     * Moves mails (MOVE, RFC 6851), each wholly or not at all. Those that are gone are passed over.
     *
     * @param uids which mails, ascending, at least one
     * @param folder the full name of the folder where they go
     * @throws MailboxException of kind {@code REFUSED} if there is no such folder, or the server cannot move
     */
    void move(long[] uids, String folder) throws MailboxException;

    /**
     * Asks how full the mailbox is (QUOTA, RFC 9208).
     *
     * @param folder the folder's full name
     * @return the resource nearest to its limit; empty when the server does not tell, or nothing is limited
     * @throws MailboxException if that fails
     */
    Optional<MailboxQuota> quota(String folder) throws MailboxException;

    /**
     * Does nothing but take note of what changed in the folder.
     *
     * @throws MailboxException if the connection does not work any more
     */
    void noop() throws MailboxException;

    /**
     * Waits until there is new mail in the folder, {@link #wake} is called, or the time is over. Returns at once when new mail was
     * spoken of since the last search.
     *
     * @param limit how long to wait
     * @return whether there is new mail
     * @throws MailboxException if that fails
     */
    boolean idle(Duration limit) throws MailboxException;

    /** Ends {@link #idle}, the present one or else the next. */
    void wake();

    /** Breaks the connection: whatever is being done on it fails at once. */
    void abort();

    /** Takes leave and closes. Does nothing when closed. */
    @Override
    void close();
}
