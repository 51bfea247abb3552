package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one mailbox, opened when needed. One thread uses it at a time; {@link #wake} and {@link #abort} may be called
 * from any other.
 */
final class KeptConnection {
    private final MailboxConnector connector;
    private volatile @Nullable MailboxConnection connection;
    private @Nullable MailAccount openedFor;
    private boolean fresh;

    KeptConnection(MailboxConnector connector) {
        this.connector = connector;
    }

    /** Returns the open connection, or opens one. */
    MailboxConnection get(MailAccount account) throws MailboxException {
        MailAccount opened = openedFor;
        if (opened != null && !sameMailbox(opened, account)) {
            close();
        }
        MailboxConnection present = connection;
        if (present == null) {
            present = connector.connect(account);
            connection = present;
            openedFor = account;
            fresh = true;
        }
        return present;
    }

    /**
     * Opens a folder. A connection that was kept may have died meanwhile, as servers close those that are silent: that is no
     * failure yet.
     */
    FolderState examine(MailAccount account, String folder) throws MailboxException {
        MailboxConnection present = get(account);
        try {
            FolderState state = present.examine(folder);
            fresh = true;
            return state;
        } catch (MailboxException failed) {
            if (fresh || failed.connectionUsable()) {
                throw failed;
            }
            close();
            return get(account).examine(folder);
        }
    }

    /** Returns the open connection if it is still the one for this account, null otherwise. */
    @Nullable
    MailboxConnection present(MailAccount account) {
        MailAccount opened = openedFor;
        return opened != null && sameMailbox(opened, account) ? connection : null;
    }

    boolean isOpen() {
        return connection != null;
    }

    boolean canIdle() {
        MailboxConnection present = connection;
        return present != null && present.canIdle();
    }

    /** Takes note that the connection is not being used for now. */
    void rest() {
        fresh = false;
    }

    void close() {
        MailboxConnection present = connection;
        connection = null;
        openedFor = null;
        if (present != null) {
            present.close();
        }
    }

    void wake() {
        MailboxConnection present = connection;
        if (present != null) {
            present.wake();
        }
    }

    void abort() {
        MailboxConnection present = connection;
        if (present != null) {
            present.abort();
        }
    }

    static boolean sameMailbox(MailAccount one, MailAccount other) {
        return Objects.equals(one.imap(), other.imap())
                && one.tlsTrust().equals(other.tlsTrust())
                && sameLogin(one.imapCredentials(), other.imapCredentials());
    }

    /** Suppliers of tokens cannot be compared: the same user is taken to stay the same user. */
    private static boolean sameLogin(@Nullable Credentials one, @Nullable Credentials other) {
        if (one instanceof Credentials.AccessToken first && other instanceof Credentials.AccessToken second) {
            return first.user().equals(second.user());
        }
        return Objects.equals(one, other);
    }
}
