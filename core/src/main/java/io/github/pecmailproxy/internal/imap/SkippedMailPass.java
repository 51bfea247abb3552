package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.imap.Reread;
import io.github.pecmailproxy.internal.receipt.FetchedMail;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoreException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one mail again that was passed over. Moves no cursor: the folder was read past it long ago. */
final class SkippedMailPass {
    private static final Logger LOG = LoggerFactory.getLogger(SkippedMailPass.class);

    private final PollerParts parts;
    private final MailAccount account;
    private final KeptConnection connection;
    private final MailboxLease lease;
    private final ContentSpool spool;

    SkippedMailPass(PollerParts parts, MailAccount account, KeptConnection connection, MailboxLease lease) {
        this.parts = parts;
        this.account = account;
        this.connection = connection;
        this.lease = lease;
        this.spool = parts.spool().telling(lease::keep);
    }

    /** Reads the mail; the lease is held. */
    Reread run(long receiptId) {
        ReceiptRecord skipped = find(receiptId);
        if (skipped == null) {
            return Reread.NOT_SKIPPED;
        }
        try {
            return read(skipped);
        } catch (MailboxException failed) {
            LOG.warn("Mail {} of {} still cannot be fetched: {}", skipped.uid(), skipped.mailbox(), failed.reason());
            if (!failed.connectionUsable()) {
                connection.close();
            }
            return Reread.STILL_UNREADABLE;
        }
    }

    private @Nullable ReceiptRecord find(long receiptId) {
        return parts
                .store()
                .receipts(ReceiptFilter.ALL
                        .ofAccount(account.key())
                        .with(Disposition.UNREADABLE)
                        .after(receiptId - 1)
                        .limit(1))
                .stream()
                .filter(record -> record.id() == receiptId)
                .findFirst()
                .orElse(null);
    }

    private Reread read(ReceiptRecord skipped) throws MailboxException {
        FolderState state = connection.examine(account, skipped.mailbox().folder());
        if (state.uidValidity() != skipped.uidValidity()) {
            return Reread.GONE;
        }
        long[] uid = {skipped.uid()};
        MailboxConnection connected = connection.get(account);
        if (connected.search(new MailSearch.Among(uid)).length == 0) {
            return Reread.GONE;
        }
        List<MailHeader> headers = connected.headers(uid);
        Map<Long, SpooledContent> contents = connected.contents(uid, spool);
        try {
            SpooledContent content = contents.get(skipped.uid());
            if (headers.isEmpty() || content == null) {
                return Reread.STILL_UNREADABLE;
            }
            return record(skipped, headers.get(0), content);
        } finally {
            contents.values().forEach(SpooledContent::close);
        }
    }

    private Reread record(ReceiptRecord skipped, MailHeader header, SpooledContent content) {
        ExclusiveLease held = lease.keep();
        if (held == null) {
            return Reread.BUSY;
        }
        FetchedMail mail = new FetchedMail(
                skipped.mailbox(),
                skipped.uidValidity(),
                skipped.uid(),
                header.arrivedAt(),
                header.size(),
                header.header(),
                content,
                null);
        try {
            if (parts.recorder().recordSkipped(account, held, mail, skipped).leaseLost()) {
                lease.lost();
                return Reread.BUSY;
            }
            return Reread.READ;
        } catch (SpoolException | StoreException notTheMailsFault) {
            throw notTheMailsFault;
        } catch (RuntimeException failed) {
            LOG.warn("Mail {} of {} still cannot be recorded", skipped.uid(), skipped.mailbox(), failed);
            return Reread.STILL_UNREADABLE;
        }
    }
}
