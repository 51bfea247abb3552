package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the messages, their events, the receipts and the evidence.
 *
 * <h2>What every operation promises</h2>
 *
 * <ul>
 *   <li><b>Atomic.</b> Each call is one unit: it happened as a whole or not at all, whenever the process dies. Where a call takes
 *       a list whose elements succeed or fail one by one, it says so; then each element is a unit.
 *   <li><b>Durable.</b> What a call that returned has changed survives a crash of the process, and of the machine as far as the
 *       store's own settings promise it. A call that threw changed nothing, unless it threw {@link UncertainCommitException}.
 *   <li><b>Fenced.</b> A {@link TrackedMessage} carries a version that grows by one with every change. A change names the version
 *       it was computed from and is refused when the message has moved on; the caller reads again and decides again. The version
 *       under which a message was leased is therefore also the lease's token. Mailboxes and report channels are fenced by the
 *       token of an {@link ExclusiveLease}, which is held until it is released or somebody else acquires it: that its time is
 *       over makes it free to take, no more.
 *   <li><b>Timeless.</b> A store never asks what time it is: every call that depends on the time is told. {@link #clock()} names
 *       the clock on which all nodes that share the store agree. Something is due, overdue or over from its instant on,
 *       that instant included.
 *   <li><b>Exact.</b> What goes in comes out equal; instants are cut to the millisecond, texts keep every character and are
 *       compared exactly, case and accents included. Texts of any length are kept where no limit is named. U+0000 and unpaired
 *       surrogates are no text: callers do not hand them over.
 *   <li><b>Ordered.</b> Events of one message have ascending sequences in the order in which they were stored.
 * </ul>
 *
 * <p>Every change to a message brings its events; whoever stores an event also enters it, in the same unit, for every
 * {@linkplain #registerSink registered sink}.
 *
 * <p>Implementations are thread-safe. They throw {@link StoreException} only: its subclass {@link RetryableStoreException} says
 * that the same call may succeed later; any other says that it never will. Tell them apart by {@code
 * io.github.pecmailproxy.store.contract.EventStoreContract} in core's test-jar, which every implementation must pass.
 *
 * @since 0.1.0
 */
public interface EventStore extends AutoCloseable {
    // ---------------------------------------- identity

    /**
     * Returns the clock on which all nodes that share this store agree: the database's time, or the JVM's for a store in memory.
     *
     * @return the clock, cheap to read, never null
     */
    InstantSource clock();

    /**
     * Returns the identity of this store: made up at random when it was created and the same for all nodes and for ever. The
     * Message-IDs of its messages are recognised by it.
     *
     * @return 16 to 64 characters of {@code [a-z0-9]}, never null
     */
    String id();

    // ---------------------------------------- queue

    /**
     * Stores new messages, each a unit of its own: those that can be stored are, whatever becomes of the others. Messages get
     * ascending {@linkplain TrackedMessage#sequence() sequences} in list order. Their events are {@linkplain
     * MessageEvent#recordedAt() recorded} at the message's {@link TrackedMessage#enqueuedAt()}.
     *
     * @param messages what to store; two of the same key are treated as if they came in two calls
     * @return one outcome for each, in list order
     * @throws StoreException if a content cannot be read; nothing of that message is stored, others of the list may be, and the
     *     call can be repeated
     */
    List<EnqueueOutcome> enqueue(List<NewMessage> messages);

    /**
     * Stores new messages as part of the caller's own transaction: they exist if and only if it commits. Nothing is durable, and
     * no other node sees anything, before that.
     *
     * @param messages what to store
     * @param transaction the caller's transaction, of the kind this store understands
     * @return one outcome for each, in list order; a duplicate that another uncommitted transaction holds waits for it
     * @throws StoreException if the store cannot join such a transaction
     */
    List<EnqueueOutcome> enqueue(List<NewMessage> messages, StoreTransaction transaction);

    /**
     * Leases waiting messages: for each request up to its number of messages of that account that are {@linkplain
     * io.github.pecmailproxy.message.MessageState#isWaiting waiting}, due, and not {@linkplain #suspend suspended}; the most
     * urgent priority first, within it in the order of enqueueing. Each becomes {@code SENDING} with {@link
     * TrackedMessage#attempts()} one higher, {@link TrackedMessage#deadline()} at the lease's end and the next version, which no
     * other caller gets. The messages granted count against the request's rate limits in the same unit; limits of the same window
     * share one count.
     *
     * <p>The cost depends on what is granted, not on how many messages wait.
     *
     * @param requests one for each account at most
     * @param now the time by which messages are due
     * @param until the end of the leases
     * @return one batch for each request, in list order; an account without anything to send gets an empty one
     */
    List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until);

    /**
     * Prolongs leases, each a unit of its own: sets the deadline of every message that is still {@code SENDING} in the version
     * given. The version stays.
     *
     * @param leases which leases
     * @param until their new end
     * @return the leases that were lost, never null
     */
    Set<MessageVersion> extendLeases(Collection<MessageVersion> leases, Instant until);

    /**
     * Changes messages and stores the events of the changes, each change a unit of its own. A change is refused when the message
     * is not in the version it was computed from, or is gone.
     *
     * @param changes the changes, at most one for each message
     * @param recordedAt the {@linkplain MessageEvent#recordedAt() time of storing} of the events
     * @return the messages whose change was refused and did nothing, never null
     */
    Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt);

    /**
     * Finds messages whose {@linkplain TrackedMessage#deadline() deadline} has passed: leases that ended, doubts to resolve,
     * receipts overdue. The earliest deadlines first.
     *
     * @param now the time
     * @param limit how many at most, at least 1
     * @return the messages, never null
     */
    List<TrackedMessage> overdue(Instant now, int limit);

    // ---------------------------------------- looking things up

    /**
     * Finds a message.
     *
     * @param key which
     * @return the message as it is now, or empty when there is none
     */
    Optional<TrackedMessage> message(MessageKey key);

    /**
     * Lists messages in the order of enqueueing, or in the reverse order.
     *
     * @param filter which and how many
     * @return the messages, never null
     */
    List<TrackedMessage> messages(MessageFilter filter);

    /**
     * Finds messages of an account by their {@linkplain TrackedMessage#messageId() Message-ID} (with angle brackets, compared
     * exactly).
     *
     * @param account whose messages
     * @param messageIds which
     * @return those that were found, in no particular order
     */
    List<TrackedMessage> messagesByMessageId(AccountKey account, Collection<String> messageIds);

    /**
     * Finds messages of an account by the {@linkplain TrackedMessage#providerMessageId() provider's identifier}, compared
     * exactly.
     *
     * @param account whose messages
     * @param providerMessageIds which
     * @return those that were found, in no particular order
     */
    List<TrackedMessage> messagesByProviderMessageId(AccountKey account, Collection<String> providerMessageIds);

    /**
     * Finds the MIME message that is sent for a message: the bytes given when it was enqueued.
     *
     * @param key which message
     * @return the content, or empty when there is no such message
     */
    Optional<StoredContent> content(MessageKey key);

    /**
     * Lists the events of a message.
     *
     * @param key which message
     * @return its events in ascending sequence; none when there is no such message
     */
    List<MessageEvent> events(MessageKey key);

    // ---------------------------------------- receipts

    /**
     * Stores what was read from a mailbox, as one unit: new receipts with their bytes, changed judgements of earlier ones, the
     * changes to messages that follow from them, and how far the mailbox was read. All of it happens, or nothing does and the
     * result is false: because a message is not in the version its change was computed from, because a receipt of the same
     * {@linkplain ReceiptRecord#fingerprint() fingerprint} or {@linkplain ReceiptRecord#eventKey() event key} is already stored
     * for the account or comes twice in the unit, because a judgement to change is not the one expected, or
     * because the lease given is not held any more. The caller then reads again and decides again.
     *
     * <p>Several changes to one message apply in list order, each computed from the one before.
     *
     * @param unit what to store
     * @param recordedAt the time of storing
     * @return whether it was stored
     */
    boolean record(ReceiptUnit unit, Instant recordedAt);

    /**
     * Tells which receipts are already stored for an account.
     *
     * @param account whose mailbox
     * @param fingerprints the {@linkplain ReceiptRecord#fingerprint() fingerprints} asked for
     * @param eventKeys the {@linkplain ReceiptRecord#eventKey() event keys} asked for
     * @return those of either kind that are stored
     */
    Set<String> knownReceipts(AccountKey account, Collection<String> fingerprints, Collection<String> eventKeys);

    /**
     * Lists what was read from mailboxes, in the order in which it was stored.
     *
     * @param filter which and how many
     * @return the records, never null
     */
    List<ReceiptRecord> receipts(ReceiptFilter filter);

    /**
     * Finds the bytes of a receipt as they came from the mailbox.
     *
     * @param receiptId the {@linkplain ReceiptRecord#id() id} of the record
     * @return the content, or empty when there is no such record or its bytes were not kept
     */
    Optional<StoredContent> receiptContent(long receiptId);

    /**
     * Tells how far a mailbox folder was read.
     *
     * @param mailbox which folder
     * @return the cursor, or empty when it was never read
     */
    Optional<MailboxCursor> cursor(MailboxKey mailbox);

    // ---------------------------------------- exclusive leases

    /**
     * Takes or prolongs the right to be the only one to work on something, such as a mailbox. Granted when nobody holds it, when
     * the holder's time is over, or when the same owner holds it; a new holder gets a higher {@linkplain ExclusiveLease#token()
     * token}, the same owner keeps its own.
     *
     * @param resource what, 1 to 200 characters
     * @param owner who asks: a name that no other node and no earlier life of this node has
     * @param now the time
     * @param until the end of the right
     * @return the lease, or empty when somebody else holds it
     */
    Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until);

    /**
     * Gives a right back before its end. Does nothing when it is not held any more.
     *
     * @param lease what to give back
     */
    void release(ExclusiveLease lease);

    // ---------------------------------------- reports

    /**
     * Makes a sink known: from now on every event is entered for it until acknowledged. Does nothing when it is known.
     *
     * @param sink the sink's name, 1 to 64 characters
     */
    void registerSink(String sink);

    /**
     * Forgets a sink, with everything that waits for it: a sink that nobody serves any more would keep its messages from being purged
     * for ever.
     *
     * @param sink the sink's name
     * @return whether it was known
     */
    boolean forgetSink(String sink);

    /**
     * Finds out whose events wait for a sink.
     *
     * @param sink the sink's name
     * @param now the time
     * @return the tenants for whom {@link #pendingReports} would list at least one entry, each once
     */
    List<String> tenantsToReport(String sink, Instant now);

    /**
     * Lists the events of a tenant that a sink has not acknowledged, in ascending sequence. An event is left out while it, or an
     * earlier event of the same message, was put off to a later time: order within a message is kept.
     *
     * @param sink the sink's name
     * @param tenant whose events
     * @param now the time
     * @param limit how many at most, at least 1
     * @return the entries, never null
     */
    List<PendingReport> pendingReports(String sink, String tenant, Instant now, int limit);

    /**
     * Notes what a sink made of its entries, as one unit: those done never come again, those put off come again at their time
     * with {@link PendingReport#attempts()} one higher. Entries that are not pending are ignored.
     *
     * @param sink the sink's name
     * @param done the sequences of the events accepted or dropped
     * @param putOff the sequences of the events to deliver again, and when
     * @param fence the lease under which the entries were read, or null for none
     * @return false, and nothing was noted, when the fence is not held any more
     */
    boolean acknowledge(
            String sink, Collection<Long> done, Collection<PutOffReport> putOff, @Nullable ExclusiveLease fence);

    // ---------------------------------------- operations

    /**
     * Holds back all messages of a scope: none of them is leased until it is activated. What is on the wire goes on. Replaces the
     * reason and the refused settings, and keeps since when, where the scope is suspended already.
     *
     * @param suspension what, why and since when
     */
    void suspend(Suspension suspension);

    /**
     * Ends a suspension.
     *
     * @param scope what to release
     * @return whether it was suspended
     */
    boolean activate(SuspensionScope scope);

    /**
     * Lists what is suspended.
     *
     * @return the suspensions, never null
     */
    List<Suspension> suspensions();

    /**
     * Counts what is in the store. May be approximate where exact counting is dear, but never zero for what is there.
     *
     * @param now the time
     * @return the figures, never null
     */
    StoreStatistics statistics(Instant now);

    /**
     * Deletes {@linkplain TrackedMessage#isFinished() finished} messages whose every event was acknowledged by every sink it was
     * entered for, with their events, their contents and the receipts tied to them, oldest first, each a unit of its own.
     * A message of a PEC account is evidence: it goes only by the request's own time for evidence.
     *
     * @param request what may go and how much at once
     * @return how many messages were deleted; less than the limit when no more may go
     */
    int purge(PurgeRequest request);

    /**
     * Deletes the records of mails that {@linkplain Disposition#isUnrelated() concern no message of ours}, with whatever was kept of
     * them, oldest first, each a unit of its own. How far the mailboxes were read stays.
     *
     * @param readBefore only mails {@linkplain ReceiptRecord#readAt() read} before this time
     * @param limit how many at most, at least 1
     * @return how many were deleted; less than the limit when no more may go
     */
    int purgeUnrelated(Instant readBefore, int limit);

    /**
     * Stores or replaces an account's settings.
     *
     * @param account the settings; whatever is secret in them is encrypted already
     */
    void saveAccount(StoredAccount account);

    /**
     * Lists the stored accounts.
     *
     * @return the accounts, never null
     */
    List<StoredAccount> accounts();

    /**
     * Deletes an account's settings. Its messages stay.
     *
     * @param account which
     * @return whether there was one
     */
    boolean deleteAccount(AccountKey account);

    /**
     * Releases what the store holds. Anything called afterwards but {@link #clock()} and {@link #id()} throws {@link
     * StoreException}. Closing twice does nothing.
     */
    @Override
    void close();
}
