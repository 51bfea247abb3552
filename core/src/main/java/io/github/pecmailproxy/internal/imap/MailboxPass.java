package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads all folders of one mailbox once. A folder that fails does not keep the others from being read. */
final class MailboxPass {
    private final PollerParts parts;
    private final MailAccount account;
    private final KeptConnection connection;
    private final MailboxLease lease;
    private final FailedMails failedMails;
    private final Turn turn;
    private final ReadingProgress progress;

    MailboxPass(
            PollerParts parts,
            MailAccount account,
            KeptConnection connection,
            MailboxLease lease,
            FailedMails failedMails,
            Turn turn,
            ReadingProgress progress) {
        this.parts = parts;
        this.account = account;
        this.connection = connection;
        this.lease = lease;
        this.failedMails = failedMails;
        this.turn = turn;
        this.progress = progress;
    }

    /** Reads the mailbox, whose lease is held. */
    PassResult run() {
        List<FolderPass> folders = new ArrayList<>();
        PassResult.End end = PassResult.End.REACHED;
        MailboxException trouble = null;
        for (String name : account.folders()) {
            FolderPass folder = new FolderPass(parts, account, name, connection, lease, failedMails, turn, progress);
            folders.add(folder);
            if (!folder.begin()) {
                return result(folders, PassResult.End.LEASE_LOST, null);
            }
        }
        // The first folder comes last, so that it is the one that IDLE then watches.
        for (int index = folders.size() - 1; index >= 0 && end == PassResult.End.REACHED; index--) {
            try {
                end = folders.get(index).run();
            } catch (MailboxException failed) {
                trouble = trouble == null ? inFolder(account.folders().get(index), failed) : trouble;
                if (isOfTheServer(failed)) {
                    break;
                }
                if (!failed.connectionUsable()) {
                    connection.close();
                }
            }
        }
        return result(folders, end, trouble);
    }

    private PassResult result(List<FolderPass> folders, PassResult.End end, @Nullable MailboxException trouble) {
        int recorded = folders.stream().mapToInt(FolderPass::recorded).sum();
        int waiting = folders.stream().mapToInt(FolderPass::waiting).sum();
        return new PassResult(recorded, waiting, end, trouble);
    }

    private static MailboxException inFolder(String folder, MailboxException failed) {
        return isOfTheServer(failed)
                ? failed
                : new MailboxException(failed.kind(), "Folder " + folder + ": " + failed.reason(), failed);
    }

    /** No connection could be had: the other folders would fare no better. */
    private static boolean isOfTheServer(MailboxException failed) {
        return switch (failed.kind()) {
            case UNREACHABLE, NOT_SECURE, LOGIN_REFUSED -> true;
            case REFUSED, LOST, GARBLED -> false;
        };
    }
}
