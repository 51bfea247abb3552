package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A mailbox without a server, which fails as a test wants it to. Thread-safe. */
final class FakeMailbox implements MailboxConnector {
    /** Whether small mails come whole at once, and not only when their bodies are asked for. */
    volatile boolean givesWhole;

    /** How long IDLE was last asked for, null when it was not. */
    volatile @Nullable Duration lastIdle;

    private final InstantSource clock;
    private final Steps steps;
    private final Map<String, Folder> folders = new LinkedHashMap<>();
    private final List<FakeConnection> connections = new ArrayList<>();
    private @Nullable Failure failure;
    private @Nullable MailboxException connectFailure;
    private @Nullable MailboxQuota quota;
    private boolean offersIdle;
    private int logins;
    private volatile long withheldHeader;
    private volatile long withheldContent;

    FakeMailbox(InstantSource clock, Steps steps) {
        this.clock = clock;
        this.steps = steps;
        folder("INBOX");
    }

    /** Decides about a command before it is carried out. */
    interface Failure {
        void before(String command, long[] uids) throws MailboxException;
    }

    synchronized Folder folder(String name) {
        return folders.computeIfAbsent(name, absent -> new Folder());
    }

    synchronized void removeFolder(String name) {
        folders.remove(name);
    }

    synchronized long deliver(String header, String body) {
        long uid = folder("INBOX").add(header, body, clock.instant());
        connections.forEach(connection -> connection.arrivals.release());
        return uid;
    }

    synchronized long deliverReceipt(String name) {
        return deliver("Message-ID: <" + name + "@pec>\r\nX-Ricevuta: accettazione\r\n", "body of " + name);
    }

    synchronized void failing(@Nullable Failure decides) {
        failure = decides;
    }

    synchronized void refusingConnections(@Nullable MailboxException with) {
        connectFailure = with;
    }

    synchronized void offeringIdle() {
        offersIdle = true;
    }

    /** Answers OK, lists the mail, and gives neither its header nor its content, or nothing but its header. */
    void withholding(long uid, boolean header) {
        withheldHeader = header ? uid : 0;
        withheldContent = uid;
    }

    synchronized void quota(MailboxQuota told) {
        quota = told;
    }

    synchronized int logins() {
        return logins;
    }

    synchronized long openConnections() {
        return connections.stream().filter(connection -> !connection.closed).count();
    }

    synchronized void cutConnections() {
        connections.forEach(connection -> connection.cut = true);
    }

    @Override
    public synchronized MailboxConnection connect(MailAccount account) throws MailboxException {
        steps.step("connect");
        if (connectFailure != null) {
            throw new MailboxException(connectFailure.kind(), connectFailure.reason(), null);
        }
        logins++;
        FakeConnection connection = new FakeConnection();
        connections.add(connection);
        return connection;
    }

    static MailboxException lost() {
        return new MailboxException(Kind.LOST, "the line is dead", null);
    }

    static MailboxException refused() {
        return new MailboxException(Kind.REFUSED, "the server says NO", null);
    }

    /** A folder of a mailbox. */
    static final class Folder {
        private long uidValidity = 1;
        private long uidNext = 1;
        private final TreeMap<Long, Mail> mails = new TreeMap<>();

        synchronized long add(String header, String body, Instant arrivedAt) {
            mails.put(uidNext, new Mail(header + "\r\n", body, arrivedAt));
            return uidNext++;
        }

        synchronized void expunge(long uid) {
            mails.remove(uid);
        }

        /** Gives every mail another UID, as a server does that lost its index. */
        synchronized void renumber() {
            uidValidity++;
            List<Mail> kept = List.copyOf(mails.values());
            mails.clear();
            uidNext = 1;
            kept.forEach(mail -> mails.put(uidNext++, mail));
        }

        synchronized Map<Long, Set<String>> flags() {
            Map<Long, Set<String>> flags = new TreeMap<>();
            mails.forEach((uid, mail) -> flags.put(uid, Set.copyOf(mail.flags())));
            return flags;
        }

        private synchronized FolderState state() {
            return new FolderState(uidValidity, uidNext, mails.size());
        }

        private synchronized Map<Long, Mail> mails() {
            return new TreeMap<>(mails);
        }
    }

    private record Mail(String header, String body, Instant arrivedAt, Set<String> flags) {
        Mail(String header, String body, Instant arrivedAt) {
            this(header, body, arrivedAt, ConcurrentHashMap.newKeySet());
        }

        byte[] bytes() {
            return (header + body).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final class FakeConnection implements MailboxConnection {
        private final Semaphore arrivals = new Semaphore(0);
        private Folder selected = new Folder();
        private boolean mayChange;
        private volatile boolean closed;
        private volatile boolean cut;

        private void command(String name, long... uids) throws MailboxException {
            steps.step(name);
            if (closed) {
                throw new IllegalStateException("used after close");
            }
            if (cut) {
                throw lost();
            }
            Failure decides;
            synchronized (FakeMailbox.this) {
                decides = failure;
            }
            if (decides != null) {
                try {
                    decides.before(name, uids);
                } catch (MailboxException failed) {
                    cut |= !failed.connectionUsable();
                    throw failed;
                }
            }
        }

        @Override
        public boolean canIdle() {
            return offersIdle;
        }

        @Override
        public FolderState examine(String folder) throws MailboxException {
            command("examine " + folder);
            synchronized (FakeMailbox.this) {
                Folder found = folders.get(folder);
                if (found == null) {
                    throw new MailboxException(Kind.REFUSED, "no such folder", null);
                }
                selected = found;
            }
            mayChange = false;
            arrivals.drainPermits();
            return selected.state();
        }

        @Override
        public long[] search(MailSearch search) throws MailboxException {
            command("search");
            Predicate<Map.Entry<Long, Mail>> matches;
            if (search instanceof MailSearch.FromUid from) {
                matches = mail -> mail.getKey() >= from.uid();
            } else if (search instanceof MailSearch.Since since) {
                matches = mail -> !mail.getValue()
                        .arrivedAt()
                        .atZone(ZoneOffset.UTC)
                        .toLocalDate()
                        .isBefore(since.day());
            } else if (search instanceof MailSearch.Among among) {
                matches = mail -> java.util.Arrays.stream(among.uids()).anyMatch(uid -> uid == mail.getKey());
            } else {
                MailSearch.HeaderContains contains = (MailSearch.HeaderContains) search;
                matches = mail -> HeaderFields.values(mail.getValue().header(), contains.field()).stream()
                        .anyMatch(value -> value.toLowerCase(Locale.ROOT)
                                .contains(contains.text().toLowerCase(Locale.ROOT)));
            }
            return selected.mails().entrySet().stream()
                    .filter(matches)
                    .mapToLong(Map.Entry::getKey)
                    .toArray();
        }

        @Override
        public List<MailHeader> headers(long[] uids) throws MailboxException {
            command("headers", uids);
            List<MailHeader> headers = new ArrayList<>();
            for (long uid : uids) {
                Mail mail = selected.mails().get(uid);
                if (mail != null && uid != withheldHeader) {
                    headers.add(new MailHeader(uid, mail.bytes().length, mail.arrivedAt(), mail.header(), true));
                }
            }
            return headers;
        }

        @Override
        public List<MailBeginning> beginnings(long[] uids, Predicate<MailHeader> wanted) throws MailboxException {
            return headers(uids).stream()
                    .map(header -> new MailBeginning(header, givesWhole && wanted.test(header) ? whole(header) : null))
                    .toList();
        }

        private SpooledContent whole(MailHeader header) {
            return new MemoryContent(selected.mails().get(header.uid()).bytes());
        }

        @Override
        public void askAhead(long[] uids) {
            // This mailbox has nothing to do ahead of time.
        }

        @Override
        public Map<Long, SpooledContent> contents(long[] uids, ContentSpool spool) throws MailboxException {
            command("contents", uids);
            Map<Long, SpooledContent> contents = new HashMap<>();
            for (long uid : uids) {
                Mail mail = selected.mails().get(uid);
                if (mail != null && uid != withheldContent) {
                    try {
                        contents.put(uid, spool.take(new ByteArrayInputStream(mail.bytes()), mail.bytes().length));
                    } catch (IOException impossible) {
                        throw new IllegalStateException(impossible);
                    }
                }
            }
            return contents;
        }

        @Override
        public FolderState select(String folder) throws MailboxException {
            command("select " + folder);
            synchronized (FakeMailbox.this) {
                selected = folders.get(folder);
            }
            mayChange = true;
            return selected.state();
        }

        @Override
        public void flag(long[] uids, String flag) throws MailboxException {
            command("flag", uids);
            requireOpenForChanging();
            for (long uid : uids) {
                Mail mail = selected.mails().get(uid);
                if (mail != null) {
                    mail.flags().add(flag);
                }
            }
            steps.step("flagged");
        }

        @Override
        public void move(long[] uids, String folder) throws MailboxException {
            command("move", uids);
            requireOpenForChanging();
            Folder target;
            synchronized (FakeMailbox.this) {
                target = folders.get(folder);
            }
            if (target == null) {
                throw new MailboxException(Kind.REFUSED, "no such folder", null);
            }
            for (long uid : uids) {
                Mail mail = selected.mails().get(uid);
                if (mail != null) {
                    target.add(mail.header().substring(0, mail.header().length() - 2), mail.body(), mail.arrivedAt());
                    selected.expunge(uid);
                }
                steps.step("moved one");
            }
        }

        private void requireOpenForChanging() {
            if (!mayChange) {
                throw new AssertionError("changed through EXAMINE");
            }
        }

        @Override
        public Optional<MailboxQuota> quota(String folder) throws MailboxException {
            MailboxQuota told;
            synchronized (FakeMailbox.this) {
                told = quota;
            }
            if (told == null) {
                return Optional.empty();
            }
            command("quota");
            return Optional.of(told);
        }

        @Override
        public void noop() throws MailboxException {
            command("noop");
        }

        @Override
        public boolean idle(Duration limit) throws MailboxException {
            lastIdle = limit;
            command("idle");
            boolean arrived;
            try {
                arrived = arrivals.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw lost();
            }
            if (cut) {
                throw lost();
            }
            return arrived;
        }

        @Override
        public void wake() {
            arrivals.release();
        }

        @Override
        public void abort() {
            cut = true;
            arrivals.release();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
