package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.imap.Reread;
import io.github.pecmailproxy.internal.receipt.MailRecorder;
import io.github.pecmailproxy.operations.OperationsListener;
import io.github.pecmailproxy.store.EventStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the accounts' mailboxes: step by step when asked to, or by itself between {@link #start} and {@link #stop}. Thread-safe.
 *
 * <p>A mailbox that failed is passed over by {@link #pollOnce()} until its time has come again; {@link #pollOnce(AccountKey)} tries
 * it at once.
 *
 * @since 0.1.0
 */
public final class DefaultImapReceiptPoller implements ImapReceiptPoller {
    private final AccountSource accounts;
    private final MailboxConnector connector;
    private final String owner;
    private final PollerParts parts;
    private final Backoff backoff;
    private final Semaphore keptConnections;
    private final Map<AccountKey, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final Object lifecycle = new Object();
    private volatile @Nullable PollingThreads threads;

    /**
     * Creates a poller that does nothing yet.
     *
     * @param accounts whose mailboxes
     * @param store knows how far they were read, and who reads them
     * @param recorder takes what was read; the bytes of a mail are there until its unit is recorded
     * @param connector opens the mailboxes
     * @param listener hears of trouble
     * @param clock the clock on which all nodes agree, the store's
     * @param owner a name that no other node and no earlier life of this node has
     * @param settings how to read
     */
    public DefaultImapReceiptPoller(
            AccountSource accounts,
            EventStore store,
            MailRecorder recorder,
            MailboxConnector connector,
            OperationsListener listener,
            InstantSource clock,
            String owner,
            PollerSettings settings) {
        this(
                accounts,
                store,
                recorder,
                connector,
                listener,
                clock,
                owner,
                settings,
                RandomGenerator.of("L64X128MixRandom"));
    }

    /**
     * Creates a poller with its own source of randomness.
     *
     * @param accounts whose mailboxes
     * @param store knows how far they were read, and who reads them
     * @param recorder takes what was read; the bytes of a mail are there until its unit is recorded
     * @param connector opens the mailboxes
     * @param listener hears of trouble
     * @param clock the clock on which all nodes agree, the store's
     * @param owner a name that no other node and no earlier life of this node has
     * @param settings how to read
     * @param random spreads the attempts to read mailboxes that failed
     */
    public DefaultImapReceiptPoller(
            AccountSource accounts,
            EventStore store,
            MailRecorder recorder,
            MailboxConnector connector,
            OperationsListener listener,
            InstantSource clock,
            String owner,
            PollerSettings settings,
            RandomGenerator random) {
        this.accounts = accounts;
        this.connector = connector;
        this.owner = owner;
        this.parts = new PollerParts(
                store,
                recorder,
                new Announcer(listener),
                clock,
                new ContentSpool(settings.temporaryFolder(), ContentSpool.DEFAULT_LARGEST_IN_MEMORY),
                settings);
        this.backoff = new Backoff(random);
        this.keptConnections = new Semaphore(settings.maxConnections());
    }

    @Override
    public int pollOnce() {
        List<MailAccount> present = accountsWithMailbox();
        forgetAllBut(present);
        int recorded = 0;
        for (MailAccount account : present) {
            Mailbox mailbox = mailbox(account.key());
            if (!mailbox.isResting(account)) {
                recorded += pollNow(mailbox, account);
            }
        }
        return recorded;
    }

    @Override
    public int pollOnce(AccountKey key) {
        return accounts.account(key)
                .filter(account -> account.imap() != null)
                .map(account -> pollNow(mailbox(key), account))
                .orElse(0);
    }

    @Override
    public Reread reread(AccountKey key, long receiptId) {
        MailAccount account =
                accounts.account(key).filter(found -> found.imap() != null).orElse(null);
        if (account == null) {
            return Reread.NOT_SKIPPED;
        }
        Mailbox mailbox = mailbox(key);
        mailbox.wake();
        return mailbox.reread(account, receiptId, threads != null);
    }

    @Override
    public List<MailboxStatus> mailboxes() {
        return accountsWithMailbox().stream()
                .map(account -> mailbox(account.key()).status())
                .toList();
    }

    /** Begins to read by itself. Does nothing when it does already. */
    public void start() {
        synchronized (lifecycle) {
            if (threads == null) {
                PollingThreads started = new PollingThreads(this, parts, accounts);
                threads = started;
                started.start();
            }
        }
    }

    /**
     * Ends reading: what is being recorded is finished within the limit, what is not is broken off; nothing is lost either way.
     * Closes all connections and gives up the right to read the mailboxes. Also closes what {@link #pollOnce()} left open.
     *
     * @param limit how long to wait
     */
    public void stop(Duration limit) {
        synchronized (lifecycle) {
            PollingThreads running = threads;
            if (running != null) {
                running.stop(limit);
                threads = null;
            }
            mailboxes.values().forEach(Mailbox::leave);
        }
    }

    /**
     * Reads a mailbox as soon as possible, for instance because a message was just sent. Returns at once; does nothing unless
     * started, nor while a mailbox that failed must be left alone for its time.
     *
     * @param account whose mailbox
     */
    public void nudge(AccountKey account) {
        PollingThreads running = threads;
        if (running != null) {
            running.nudge(account);
        }
    }

    Mailbox mailbox(AccountKey key) {
        return mailboxes.computeIfAbsent(
                key, absent -> new Mailbox(parts, absent, connector, owner, backoff, keptConnections));
    }

    /** Closes the mailboxes of accounts that do not exist any more. */
    void forgetAllBut(List<MailAccount> present) {
        Set<AccountKey> keys = present.stream().map(MailAccount::key).collect(Collectors.toSet());
        mailboxes.forEach((key, mailbox) -> {
            if (!keys.contains(key) && mailboxes.remove(key, mailbox)) {
                mailbox.wake();
                mailbox.leave();
            }
        });
    }

    List<MailAccount> accountsWithMailbox() {
        return accounts.accounts().stream()
                .filter(account -> account.imap() != null)
                .sorted(Comparator.comparing(
                                (MailAccount account) -> account.key().tenant())
                        .thenComparing(account -> account.key().id()))
                .toList();
    }

    private int pollNow(Mailbox mailbox, MailAccount account) {
        mailbox.wake();
        return mailbox.poll(account, Turn.toTheEnd(() -> false), threads != null)
                .recorded();
    }
}
