package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches a mailbox for what speaks of a message. Uses connections of its own, so that it waits for no one who reads; the last one
 * is kept for the next search in the same mailbox, because messages in doubt come in numbers. Thread-safe; one search at a time.
 *
 * @since 0.1.0
 */
public final class MailboxReferenceSearch implements ReferenceSearch, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MailboxReferenceSearch.class);
    // Every provider copies the Message-ID to the first (facts 0.1), REM to the second.
    private static final List<String> FIELDS = List.of("X-Riferimento-Message-ID", "REM-UAMessageIdentifier");
    private static final int MOST_FOUND = 1_000;

    private final Object lock = new Object();
    private final KeptConnection connection;

    /**
     * Creates a search.
     *
     * @param connector opens the mailboxes
     */
    public MailboxReferenceSearch(MailboxConnector connector) {
        this.connection = new KeptConnection(connector);
    }

    @Override
    public Finding search(MailAccount account, String messageId) {
        if (account.imap() == null) {
            return Finding.NO_ANSWER;
        }
        String id = bare(messageId);
        if (id.isEmpty() || !id.chars().allMatch(character -> character > ' ' && character < 0x7F)) {
            throw new IllegalArgumentException("The Message-ID is not printable ASCII");
        }
        synchronized (lock) {
            Finding finding = Finding.NOTHING;
            for (String folder : account.folders()) {
                try {
                    if (isIn(account, folder, id)) {
                        finding = Finding.FOUND;
                        break;
                    }
                } catch (MailboxException failed) {
                    LOG.debug("Mailbox {} gives no answer: {}", account.key(), failed.reason());
                    finding = Finding.NO_ANSWER;
                    if (!failed.connectionUsable()) {
                        connection.close();
                        break;
                    }
                } catch (RuntimeException failed) {
                    connection.close();
                    throw failed;
                }
            }
            connection.rest();
            return finding;
        }
    }

    private boolean isIn(MailAccount account, String folder, String id) throws MailboxException {
        connection.examine(account, folder);
        for (String field : FIELDS) {
            MailboxConnection open = connection.get(account);
            long[] uids = open.search(new MailSearch.HeaderContains(field, id));
            // SEARCH HEADER finds parts of a value too, without regard to case: only the header itself tells.
            if (uids.length > 0
                    && open.headers(Arrays.copyOf(uids, Math.min(uids.length, MOST_FOUND))).stream()
                            .flatMap(mail -> HeaderFields.values(mail.header(), field).stream())
                            .anyMatch(value -> bare(value).equals(id))) {
                return true;
            }
        }
        return false;
    }

    private static String bare(String messageId) {
        String trimmed = messageId.trim();
        return trimmed.startsWith("<") && trimmed.endsWith(">")
                ? trimmed.substring(1, trimmed.length() - 1).trim()
                : trimmed;
    }

    /** Closes the connection that was kept. The search can still be used. */
    @Override
    public void close() {
        synchronized (lock) {
            connection.close();
        }
    }
}
