package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import io.github.pecmailproxy.internal.receipt.FetchedMail;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.RetryableStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one folder from its cursor to its end. The cursor only ever covers mails that were handed to the recorder before, or in the
 * same call; what fails is tried in ever smaller batches until the one mail at fault is found.
 */
final class FolderPass {
    /** How much earlier than asked for the first reading begins, because clocks differ: 5 minutes. */
    static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    /** After how many failures a mail is passed over if one behind it can be fetched: 4. */
    static final int TRIES = 4;

    /** After how many failures a mail is passed over whatever becomes of those behind it: 16. */
    static final int MOST_TRIES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(FolderPass.class);
    private static final long CHUNK_BYTES = 4 * 1024 * 1024;
    private static final int MAILS_BEHIND = 3;
    private static final long[] NOTHING = {};

    private final PollerParts parts;
    private final MailAccount account;
    private final MailboxKey mailbox;
    private final KeptConnection connection;
    private final FolderRecording recording;
    private final FailedMails failedMails;
    private final Turn turn;
    private final ReadingProgress progress;

    private final ContentSpool spool;
    private @Nullable MailboxCursor start;
    private long uidValidity;
    private long lastUid;
    private Instant readUpTo = Instant.EPOCH;
    private @Nullable Instant since;
    private boolean reconnected;
    private @Nullable Long retried;
    private @Nullable MailHeader single;

    FolderPass(
            PollerParts parts,
            MailAccount account,
            String folder,
            KeptConnection connection,
            MailboxLease lease,
            FailedMails failedMails,
            Turn turn,
            ReadingProgress progress) {
        this.parts = parts;
        this.account = account;
        this.mailbox = new MailboxKey(account.key(), folder);
        this.connection = connection;
        this.recording = new FolderRecording(parts, account, mailbox, lease);
        this.failedMails = failedMails;
        this.turn = turn;
        this.progress = progress;
        // A large mail may take longer than a lease lasts.
        this.spool = parts.spool().telling(lease::keep);
    }

    int recorded() {
        return recording.recorded();
    }

    int waiting() {
        return recording.waiting();
    }

    /**
     * Notes when the folder is first wanted, before the server is even asked: if it cannot be reached for a while, or the process
     * ends, nothing that arrives from now on is missed.
     *
     * @return false when another node reads the mailbox
     */
    boolean begin() {
        start = parts.store().cursor(mailbox).orElse(null);
        if (start != null) {
            return true;
        }
        Instant now = parts.clock().instant();
        Instant from = account.readFrom();
        start = new MailboxCursor(mailbox, 0, 0, from == null || from.isAfter(now) ? now : from);
        return record(List.of(), start);
    }

    /** Reads the folder, once begun. */
    PassResult.End run() throws MailboxException {
        try {
            return readToEnd();
        } finally {
            recording.settleAfterFailure();
        }
    }

    private PassResult.End readToEnd() throws MailboxException {
        // Whatever arrived before the server was asked is among what it then tells of.
        Instant asked = parts.clock().instant();
        FolderState state = connection.examine(account, mailbox.folder());
        place(state, Objects.requireNonNull(start, "begin comes first"));
        while (true) {
            long[] uids = isNothingNew(state) ? new long[0] : findDespiteACut();
            if (uids.length > 0) {
                PassResult.End end = read(uids);
                if (end != PassResult.End.REACHED) {
                    return end;
                }
            }
            if (since != null) {
                // The search has covered what was there when the folder was opened; what is older stays unread.
                lastUid = Math.max(lastUid, state.uidNext() - 1);
                since = null;
            }
            if (uids.length == 0) {
                progress.nothingLeft(mailbox.folder());
                readUpTo = asked;
                return record(List.of(), cursor(lastUid)) ? PassResult.End.REACHED : PassResult.End.LEASE_LOST;
            }
            asked = parts.clock().instant();
            state = examineAgain();
        }
    }

    private void place(FolderState state, MailboxCursor cursor) {
        uidValidity = state.uidValidity();
        readUpTo = cursor.readUpTo();
        boolean known = cursor.uidValidity() == uidValidity;
        lastUid = known ? cursor.lastUid() : 0;
        recording.from(lastUid, !known && cursor.uidValidity() != 0);
        if (known) {
            return;
        }
        if (cursor.uidValidity() == 0) {
            Instant from = account.readFrom();
            since = from == null ? readUpTo.minus(CLOCK_TOLERANCE) : from;
        } else {
            since = readUpTo.minus(parts.settings().lookBack());
            LOG.warn("Mailbox {} was renumbered; it is read again from {}", mailbox, since);
        }
    }

    private boolean isNothingNew(FolderState state) {
        return state.messages() == 0 || state.uidNext() - 1 <= lastUid;
    }

    /** Forgives one cut connection: lines break, and the next attempt tells whether that was all. */
    private long[] findDespiteACut() throws MailboxException {
        try {
            return find();
        } catch (MailboxException cut) {
            if (cut.connectionUsable() || reconnected) {
                throw cut;
            }
            reconnected = true;
            recover(cut);
            return find();
        }
    }

    private long[] find() throws MailboxException {
        Instant from = since;
        if (from == null) {
            return connected().search(new MailSearch.FromUid(lastUid + 1));
        }
        // One day more, because the server's days need not be ours.
        LocalDate day = LocalDate.ofInstant(from, ZoneOffset.UTC).minusDays(1);
        return Arrays.stream(connected().search(new MailSearch.Since(day)))
                .filter(uid -> uid > lastUid)
                .toArray();
    }

    /** Reads mails in batches, smaller ones after a failure. */
    private PassResult.End read(long[] uids) throws MailboxException {
        int size = parts.settings().batch();
        int index = 0;
        progress.found(mailbox.folder(), uids.length);
        while (index < uids.length) {
            if (!turn.takeBatch()) {
                return recording.settleAfterFailure() ? PassResult.End.TURN_OVER : PassResult.End.LEASE_LOST;
            }
            long[] batch = Arrays.copyOfRange(uids, index, Math.min(uids.length, index + size));
            int behind = index + batch.length;
            long[] next = turn.hasBatch() && batch.length == parts.settings().batch()
                    ? Arrays.copyOfRange(uids, behind, Math.min(uids.length, behind + size))
                    : NOTHING;
            boolean held;
            try {
                held = readBatch(batch, next);
                size = Math.min(parts.settings().batch(), size * 2);
            } catch (MailboxException failed) {
                LOG.debug("Reading {} mails of {} failed: {}", batch.length, mailbox, failed.reason());
                recover(failed);
                size = Math.max(1, batch.length / 2);
                held = isRewound()
                        && (batch.length > 1 || afterFailure(batch[0], failed.reason(), failed, uids, index));
            } catch (SpoolException | RetryableStoreException notTheMailsFault) {
                throw notTheMailsFault;
            } catch (RuntimeException failed) {
                LOG.debug("Recording {} mails of {} failed", batch.length, mailbox, failed);
                size = Math.max(1, batch.length / 2);
                held = isRewound()
                        && (batch.length > 1
                                || afterFailure(
                                        batch[0], "it cannot be recorded: " + failed.getMessage(), failed, uids, -1));
            }
            if (!held) {
                return PassResult.End.LEASE_LOST;
            }
            index = countUpTo(uids, lastUid);
            tellProgress(uids.length - countUpTo(uids, recording.upTo()));
        }
        return PassResult.End.REACHED;
    }

    /** After a failure, goes back to behind what is stored; false when the lease was lost. */
    private boolean isRewound() {
        boolean held = recording.settleAfterFailure();
        lastUid = recording.upTo();
        return held;
    }

    private static int countUpTo(long[] uids, long uid) {
        int found = Arrays.binarySearch(uids, uid);
        return found < 0 ? -found - 1 : found + 1;
    }

    private void tellProgress(long left) {
        progress.left(mailbox.folder(), left)
                .ifPresent(total -> parts.announcer()
                        .announce(new OperationalEvent.MailboxProgress(
                                account.key(), mailbox.folder(), total - left, total)));
    }

    /**
     * Fetches and records a batch.
     *
     * @param next what will probably be read next
     * @return false when the lease was lost
     */
    private boolean readBatch(long[] uids, long[] next) throws MailboxException {
        single = null;
        List<MailBeginning> mails = beginnings(uids);
        requireAll(uids, mails.stream().map(mail -> mail.header().uid()).toList());
        if (uids.length == 1 && !mails.isEmpty()) {
            single = mails.get(0).header();
        }
        List<MailBeginning> chunk = new ArrayList<>();
        long bytes = 0;
        boolean largeOnes = false;
        for (MailBeginning mail : mails) {
            MailHeader header = mail.header();
            if (isTooOld(header)) {
                continue;
            }
            chunk.add(mail);
            boolean candidate = ReceiptCandidate.matches(header);
            largeOnes |= candidate && mail.whole() == null;
            bytes += header.header().length() + (candidate ? header.size() : 0);
            if (bytes >= CHUNK_BYTES) {
                if (!readChunk(chunk, header.uid(), false)) {
                    return false;
                }
                chunk.clear();
                bytes = 0;
            }
        }
        boolean ahead = next.length > 1 && !largeOnes;
        if (ahead) {
            connected().askAhead(next);
        }
        // The cursor goes over those expunged meanwhile and those too old, too.
        return readChunk(chunk, uids[uids.length - 1], ahead);
    }

    /** A mail on its own is taken in two steps, so that its header is known should the rest of it fail. */
    private List<MailBeginning> beginnings(long[] uids) throws MailboxException {
        return uids.length > 1
                ? connected().beginnings(uids, ReceiptCandidate::matches)
                : connected().headers(uids).stream()
                        .map(header -> new MailBeginning(header, null))
                        .toList();
    }

    private boolean isTooOld(MailHeader header) {
        return since != null && header.arrivedAt() != null && header.arrivedAt().isBefore(since);
    }

    /**
     * Records mails, what is missing of them fetched before.
     *
     * @param ahead whether there is something to read while they are recorded; then nothing of them may be missing
     */
    private boolean readChunk(List<MailBeginning> beginnings, long upTo, boolean ahead) throws MailboxException {
        if (upTo <= lastUid) {
            return true;
        }
        long[] wanted = beginnings.stream()
                .filter(mail -> mail.whole() == null && ReceiptCandidate.matches(mail.header()))
                .mapToLong(mail -> mail.header().uid())
                .toArray();
        Map<Long, SpooledContent> contents =
                wanted.length == 0 ? Map.of() : connected().contents(wanted, spool);
        try {
            Set<Long> gone = requireAll(wanted, contents.keySet());
            List<FetchedMail> mails = new ArrayList<>(beginnings.size());
            for (MailBeginning beginning : beginnings) {
                long uid = beginning.header().uid();
                SpooledContent whole = beginning.whole();
                if (!gone.contains(uid)) {
                    mails.add(mail(beginning.header(), whole == null ? contents.get(uid) : whole, null));
                }
            }
            MailboxCursor cursor = cursor(upTo);
            return ahead ? taken(recording.recordMeanwhile(mails, cursor), cursor) : record(mails, cursor);
        } finally {
            contents.values().forEach(SpooledContent::close);
        }
    }

    /**
     * Makes sure that whatever was not fetched is not there any more.
     *
     * @return the UIDs of the mails that are gone
     */
    private Set<Long> requireAll(long[] wanted, Iterable<Long> found) throws MailboxException {
        Set<Long> missing = new HashSet<>();
        for (long uid : wanted) {
            missing.add(uid);
        }
        for (Long uid : found) {
            missing.remove(uid);
        }
        if (!missing.isEmpty()) {
            // Only after this may the server forget mails that were expunged (RFC 3501 section 7.4.1).
            connected().noop();
            long[] asked = missing.stream().mapToLong(Long::longValue).sorted().toArray();
            long[] there = connected().search(new MailSearch.Among(asked));
            if (there.length > 0) {
                throw new MailboxException(
                        Kind.REFUSED, "the server lists mail " + there[0] + " but does not give it", null);
            }
        }
        return missing;
    }

    /** Decides what becomes of a mail that failed on its own; false when the lease was lost. */
    private boolean afterFailure(long uid, String reason, Exception failure, long[] uids, int index)
            throws MailboxException {
        MailHeader header = single;
        if (retried == null || retried != uid) {
            retried = uid;
            failedMails.failed(mailbox, uidValidity, uid);
            return true;
        }
        int failures = failedMails.failed(mailbox, uidValidity, uid);
        boolean giveUp = failures >= MOST_TRIES || (failures >= TRIES && index >= 0 && canFetchBehind(uids, index));
        if (!giveUp) {
            if (failure instanceof MailboxException known) {
                throw new MailboxException(
                        Kind.REFUSED, "mail " + uid + " cannot be fetched: " + known.reason(), known);
            }
            throw (RuntimeException) failure;
        }
        LOG.warn("Mail {} of {} is passed over: {}", uid, mailbox, reason);
        FetchedMail mail = header == null
                ? new FetchedMail(mailbox, uidValidity, uid, null, 0, "", null, reason)
                : mail(header, null, reason);
        if (!record(List.of(mail), cursor(uid))) {
            return false;
        }
        failedMails.forget(mailbox, uidValidity, uid);
        return true;
    }

    /** Tells a bad mail from a bad server: the server is well when it gives one of the next mails. */
    private boolean canFetchBehind(long[] uids, int index) throws MailboxException {
        for (int next = index + 1; next < Math.min(uids.length, index + 1 + MAILS_BEHIND); next++) {
            try {
                Map<Long, SpooledContent> contents = connected().contents(new long[] {uids[next]}, spool);
                contents.values().forEach(SpooledContent::close);
                if (!contents.isEmpty()) {
                    return true;
                }
            } catch (MailboxException failed) {
                recover(failed);
            }
        }
        return false;
    }

    private void recover(MailboxException failed) throws MailboxException {
        if (!failed.connectionUsable()) {
            connection.close();
            examineAgain();
        }
    }

    private FolderState examineAgain() throws MailboxException {
        FolderState state = connection.examine(account, mailbox.folder());
        if (state.uidValidity() != uidValidity) {
            throw new MailboxException(Kind.REFUSED, "the folder was renumbered while it was read", null);
        }
        return state;
    }

    private MailboxConnection connected() throws MailboxException {
        return connection.get(account);
    }

    private FetchedMail mail(MailHeader header, @Nullable SpooledContent content, @Nullable String trouble) {
        return new FetchedMail(
                mailbox,
                uidValidity,
                header.uid(),
                header.arrivedAt(),
                header.size(),
                header.header(),
                content,
                trouble);
    }

    private MailboxCursor cursor(long upTo) {
        return new MailboxCursor(mailbox, uidValidity, upTo, readUpTo);
    }

    private boolean record(List<FetchedMail> mails, MailboxCursor cursor) {
        return taken(recording.record(mails, cursor), cursor);
    }

    /** Takes note of how far mails were handed over; false when the lease was lost. */
    private boolean taken(boolean held, MailboxCursor cursor) {
        lastUid = held ? cursor.lastUid() : lastUid;
        return held;
    }
}
