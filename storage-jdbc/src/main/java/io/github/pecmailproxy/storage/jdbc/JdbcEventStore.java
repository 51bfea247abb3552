package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.StoreTransaction;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.StoredContent;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in a relational database: H2 in a file or as a server, PostgreSQL from 13, MariaDB from 10.6. Which one it is and what
 * has to be done differently is found out from the connection. Any number of processes may share a database.
 *
 * <p>What a call that returned has changed is on the disk. For H2, whose own commits reach the disk later, every change is followed by a
 * sync that all changes made at the same time share. A database that promises less, such as one in memory, is named once in the log.
 *
 * <p>Changes run as READ COMMITTED; connections go back to the host's pool as they came. A transaction that the database gave up for the
 * sake of another is begun again. Where an operation takes a list, elements share a transaction; should that fail for one of them, each
 * is tried by itself, and the first failure is thrown when all the others are done.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public final class JdbcEventStore implements EventStore {
    /** The version of the tables that this release works with; the table {@code schema_version} names that of a database. */
    public static final int SCHEMA_VERSION = SchemaScript.NEWEST_VERSION;

    private final Transactions transactions;
    private final InstantSource clock;
    private final @Nullable DatabaseClock databaseClock;
    private final String id;
    private final Batches batches;
    private final Leasing leasing;
    private final Purging purging;

    JdbcEventStore(Transactions transactions, InstantSource clock, @Nullable DatabaseClock databaseClock, String id) {
        this.transactions = transactions;
        this.clock = clock;
        this.databaseClock = databaseClock;
        this.id = id;
        batches = new Batches(transactions);
        leasing = new Leasing(transactions);
        purging = new Purging(transactions);
    }

    /**
     * Opens the store at a JDBC URL, without a pool of the host's, and creates its tables if they are not there. Made for H2: {@code
     * jdbc:h2:file:./data/pec} keeps everything in one file, durably.
     *
     * @param url the JDBC URL, with user and password if the database needs them and is not H2
     * @return the store, never null; it must be closed
     * @throws StoreException if the database cannot be opened or its tables cannot be created
     */
    public static JdbcEventStore open(String url) {
        return JdbcEventStoreBuilder.open(url, null, null);
    }

    /**
     * Opens the store at a JDBC URL, without a pool of the host's, and creates its tables if they are not there.
     *
     * @param url the JDBC URL
     * @param user the database user
     * @param password the password
     * @return the store, never null; it must be closed
     * @throws StoreException if the database cannot be opened or its tables cannot be created
     */
    public static JdbcEventStore open(String url, String user, String password) {
        return JdbcEventStoreBuilder.open(url, user, password);
    }

    /**
     * Starts a store on the host's data source.
     *
     * @return a new builder, never null
     */
    public static JdbcEventStoreBuilder builder() {
        return new JdbcEventStoreBuilder();
    }

    /**
     * Writes the script that creates the tables, for hosts that do so themselves.
     *
     * @param target where to write; not closed
     * @param database for which database
     * @throws IOException if writing fails
     */
    public static void writeSchema(Writer target, Database database) throws IOException {
        writeSchema(target, database, null, Tables.DEFAULT_PREFIX);
    }

    /**
     * Writes the script that creates the tables under other names.
     *
     * @param target where to write; not closed
     * @param database for which database
     * @param schema the schema, null for the user's own
     * @param tablePrefix what the tables' names begin with
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the schema or the prefix is not a plain identifier
     */
    public static void writeSchema(Writer target, Database database, @Nullable String schema, String tablePrefix)
            throws IOException {
        writeMigration(target, database, schema, tablePrefix, 0);
    }

    /**
     * Writes the script that brings tables of an earlier release up to {@link #SCHEMA_VERSION}, for hosts that do so themselves.
     *
     * @param target where to write; not closed
     * @param database for which database
     * @param schema the schema, null for the user's own
     * @param tablePrefix what the tables' names begin with
     * @param fromVersion the schema version of the tables, 0 when there are none; with the newest nothing is written
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the schema or the prefix is not a plain identifier, or there is no such version
     */
    public static void writeMigration(
            Writer target, Database database, @Nullable String schema, String tablePrefix, int fromVersion)
            throws IOException {
        if (fromVersion < 0 || fromVersion > SCHEMA_VERSION) {
            throw new IllegalArgumentException("fromVersion: is " + fromVersion + ", must be 0 to " + SCHEMA_VERSION);
        }
        target.write(Schema.script(SchemaScript.all(database), new Tables(schema, tablePrefix), fromVersion));
    }

    /** Returns the transactions that this store works in, so that tests can stop in the middle of one. */
    Transactions transactions() {
        return transactions;
    }

    @Override
    public InstantSource clock() {
        transactions.ensureOpen();
        return clock;
    }

    @Override
    public String id() {
        transactions.ensureOpen();
        return id;
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> messages) {
        return batches.enqueue(messages);
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> messages, StoreTransaction transaction) {
        if (!(transaction instanceof JdbcTransaction joined)) {
            throw new StoreException(
                    "cannot join a " + transaction.getClass().getName() + ": only a JdbcTransaction", null);
        }
        return batches.enqueue(messages, joined);
    }

    @Override
    public List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until) {
        renewClock();
        return leasing.lease(requests, now, until);
    }

    @Override
    public Set<MessageVersion> extendLeases(Collection<MessageVersion> leases, Instant until) {
        return transactions.write("extend leases", session -> Extending.extend(session, leases, until));
    }

    @Override
    public Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt) {
        return batches.apply(changes, recordedAt);
    }

    @Override
    public List<TrackedMessage> overdue(Instant now, int limit) {
        renewClock();
        return transactions.read("find what is overdue", session -> Messages.overdue(session, now, limit));
    }

    @Override
    public Optional<TrackedMessage> message(MessageKey key) {
        return transactions.read("find a message", session -> Messages.find(session, key));
    }

    @Override
    public List<TrackedMessage> messages(MessageFilter filter) {
        return transactions.read("list messages", session -> Messages.list(session, filter));
    }

    @Override
    public List<TrackedMessage> messagesByMessageId(AccountKey account, Collection<String> messageIds) {
        return transactions.read(
                "find messages by Message-ID", session -> Messages.byMessageId(session, account, messageIds));
    }

    @Override
    public List<TrackedMessage> messagesByProviderMessageId(AccountKey account, Collection<String> providerMessageIds) {
        return transactions.read(
                "find messages by the provider's identifier",
                session -> Messages.byProviderMessageId(session, account, providerMessageIds));
    }

    @Override
    public Optional<StoredContent> content(MessageKey key) {
        return message(key)
                .map(message -> new ChunkedContent(
                        transactions,
                        ContentTable.OF_MESSAGES,
                        message.sequence(),
                        message.contentSize(),
                        message.contentSha256()));
    }

    @Override
    public List<MessageEvent> events(MessageKey key) {
        return transactions.read("list events", session -> Events.of(session, key));
    }

    @Override
    public boolean record(ReceiptUnit unit, Instant recordedAt) {
        return batches.record(unit, recordedAt);
    }

    @Override
    public Set<String> knownReceipts(
            AccountKey account, Collection<String> fingerprints, Collection<String> eventKeys) {
        return transactions.read(
                "look for receipts", session -> Receipts.known(session, account, fingerprints, eventKeys));
    }

    @Override
    public List<ReceiptRecord> receipts(ReceiptFilter filter) {
        return transactions.read("list receipts", session -> Receipts.list(session, filter));
    }

    @Override
    public Optional<StoredContent> receiptContent(long receiptId) {
        return transactions
                .read("find a receipt", session -> Receipts.content(session, receiptId))
                .map(found -> new ChunkedContent(
                        transactions, ContentTable.OF_RECEIPTS, receiptId, found.size(), found.sha256()));
    }

    @Override
    public Optional<MailboxCursor> cursor(MailboxKey mailbox) {
        return transactions.read("find a mailbox cursor", session -> Receipts.cursor(session, mailbox));
    }

    @Override
    public Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until) {
        renewClock();
        return transactions.write(
                "acquire " + resource, session -> ExclusiveLeases.acquire(session, resource, owner, now, until));
    }

    @Override
    public void release(ExclusiveLease lease) {
        transactions.write("release " + lease.resource(), session -> {
            ExclusiveLeases.release(session, lease);
            return true;
        });
    }

    @Override
    public void registerSink(String sink) {
        transactions.write("register a sink", session -> {
            Reports.register(session, sink);
            return true;
        });
    }

    @Override
    public boolean forgetSink(String sink) {
        return transactions.write("forget a sink", session -> Reports.forget(session, sink));
    }

    @Override
    public List<String> tenantsToReport(String sink, Instant now) {
        return transactions.read("find tenants to report", session -> Reports.tenants(session, sink, now));
    }

    @Override
    public List<PendingReport> pendingReports(String sink, String tenant, Instant now, int limit) {
        return transactions.read("list pending reports", session -> Reports.pending(session, sink, tenant, now, limit));
    }

    @Override
    public boolean acknowledge(
            String sink, Collection<Long> done, Collection<PutOffReport> putOff, @Nullable ExclusiveLease fence) {
        return transactions.write("acknowledge reports", session -> {
            if (!ExclusiveLeases.isHeld(session, fence)) {
                session.refuse();
                return false;
            }
            Reports.acknowledge(session, sink, done, putOff);
            return true;
        });
    }

    @Override
    public void suspend(Suspension suspension) {
        transactions.write("suspend", session -> {
            Suspensions.suspend(session, suspension);
            return true;
        });
        if (suspension.scope() instanceof SuspensionScope.Batch batch) {
            Suspensions.Batch held = new Suspensions.Batch(batch.tenant(), batch.batchCode());
            int moved;
            do {
                moved = transactions.write("hold a batch", session -> Suspensions.hold(session, held));
            } while (moved == Suspensions.MOVED_AT_ONCE);
        }
    }

    @Override
    public boolean activate(SuspensionScope scope) {
        boolean activated = transactions.write("activate", session -> Suspensions.activate(session, scope));
        if (activated && scope instanceof SuspensionScope.Batch batch) {
            Suspensions.Batch released = new Suspensions.Batch(batch.tenant(), batch.batchCode());
            boolean more;
            do {
                more = transactions.write("let a batch go", session -> Suspensions.letGo(session, released));
            } while (more);
        }
        return activated;
    }

    @Override
    public List<Suspension> suspensions() {
        return transactions.read("list suspensions", Suspensions::list);
    }

    @Override
    public StoreStatistics statistics(Instant now) {
        return transactions.read("count", session -> Figures.of(session, now));
    }

    @Override
    public int purge(PurgeRequest request) {
        return purging.purge(request);
    }

    @Override
    public int purgeUnrelated(Instant readBefore, int limit) {
        return purging.purgeUnrelated(readBefore, limit);
    }

    @Override
    public void saveAccount(StoredAccount account) {
        transactions.write("save an account", session -> {
            Accounts.save(session, account);
            return true;
        });
    }

    @Override
    public List<StoredAccount> accounts() {
        return transactions.read("list accounts", Accounts::list);
    }

    @Override
    public boolean deleteAccount(AccountKey account) {
        return transactions.write("delete an account", session -> Accounts.delete(session, account));
    }

    @Override
    public void close() {
        transactions.close();
    }

    /** What the engine's loops call passes here, and so does the clock's sample once a minute. */
    private void renewClock() {
        if (databaseClock != null && databaseClock.isOld()) {
            transactions.read("read the database's time", session -> {
                databaseClock.renewIfOld(session);
                return true;
            });
        }
    }
}
