package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.receipt.FetchedMail;
import io.github.pecmailproxy.internal.receipt.MailRecorder;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what a pass reads of one folder, unit after unit and in the order of the mails; the latest possibly while the pass fetches
 * and verifies the next. A unit is only begun when the one before it is stored, so that the cursor never jumps over a unit that
 * failed. Used by one thread.
 */
final class FolderRecording {
    private static final Logger LOG = LoggerFactory.getLogger(FolderRecording.class);

    private final PollerParts parts;
    private final MailAccount account;
    private final MailboxKey mailbox;
    private final MailboxLease lease;
    private @Nullable Unsettled unsettled;
    private long upTo;
    private boolean renumbered;
    private int recorded;
    private int waiting;

    /** A unit of which it is not known yet whether it is stored. */
    private record Unsettled(BackgroundTask<MailRecorder.Recording> recording, MailboxCursor cursor) {}

    FolderRecording(PollerParts parts, MailAccount account, MailboxKey mailbox, MailboxLease lease) {
        this.parts = parts;
        this.account = account;
        this.mailbox = mailbox;
        this.lease = lease;
    }

    /** Takes note of where the pass begins. */
    void from(long uid, boolean isRenumbered) {
        upTo = uid;
        renumbered = isRenumbered;
    }

    /** Up to which UID everything is known to be stored. */
    long upTo() {
        return upTo;
    }

    int recorded() {
        return recorded;
    }

    int waiting() {
        return waiting;
    }

    /** Records mails and how far that was; false when the lease was lost. */
    boolean record(List<FetchedMail> mails, MailboxCursor cursor) {
        MailRecorder.Unit unit = parts.recorder().prepare(account, mails);
        ExclusiveLease held = keepOnceSettled();
        return held != null && settled(unit.record(held, List.of(cursor)), cursor);
    }

    /** Begins to record mails, whose bytes must stay where they are until {@link #settle}; false when the lease was lost. */
    boolean recordMeanwhile(List<FetchedMail> mails, MailboxCursor cursor) {
        // Verifying takes a processor while the database stores what came before.
        MailRecorder.Unit unit = parts.recorder().prepare(account, mails);
        ExclusiveLease held = keepOnceSettled();
        if (held == null) {
            return false;
        }
        unsettled = new Unsettled(
                BackgroundTask.start("pec-record-" + account.key(), () -> unit.record(held, List.of(cursor))), cursor);
        return true;
    }

    private @Nullable ExclusiveLease keepOnceSettled() {
        return settle() ? lease.keep() : null;
    }

    /**
     * Waits until what was begun is stored; false when the lease was lost.
     *
     * @throws RuntimeException why it could not be stored
     */
    boolean settle() {
        Unsettled last = unsettled;
        unsettled = null;
        return last == null || settled(last.recording().await(), last.cursor());
    }

    /** Waits like {@link #settle} once something failed; what cannot be stored either is read again with it. */
    boolean settleAfterFailure() {
        try {
            return settle();
        } catch (RuntimeException failed) {
            LOG.debug("Recording mails of {} failed, too", mailbox, failed);
            return true;
        }
    }

    private boolean settled(MailRecorder.Recording recording, MailboxCursor cursor) {
        if (recording.leaseLost()) {
            lease.lost();
            return false;
        }
        recorded += recording.recorded();
        waiting += recording.waiting();
        upTo = cursor.lastUid();
        if (renumbered) {
            renumbered = false;
            parts.announcer().announce(new OperationalEvent.MailboxRenumbered(account.key(), mailbox.folder()));
        }
        return true;
    }
}
