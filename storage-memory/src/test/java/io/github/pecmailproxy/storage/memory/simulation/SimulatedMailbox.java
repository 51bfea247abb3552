package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.imap.ContentSpool;
import io.github.pecmailproxy.internal.imap.FolderState;
import io.github.pecmailproxy.internal.imap.MailBeginning;
import io.github.pecmailproxy.internal.imap.MailHeader;
import io.github.pecmailproxy.internal.imap.MailSearch;
import io.github.pecmailproxy.internal.imap.MailboxConnection;
import io.github.pecmailproxy.internal.imap.MailboxException;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import io.github.pecmailproxy.internal.imap.SpooledContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** One node's connection to one account's mailbox. */
final class SimulatedMailbox implements MailboxConnection {
    private final Simulation simulation;
    private final Life life;
    private final Map<String, SimulatedFolder> folders;
    private SimulatedFolder open = new SimulatedFolder();
    private boolean closed;

    private SimulatedMailbox(Simulation simulation, Life life, Map<String, SimulatedFolder> folders) {
        this.simulation = simulation;
        this.life = life;
        this.folders = folders;
    }

    static MailboxConnection connect(Simulation simulation, Life life, MailAccount account) throws MailboxException {
        life.reach("connect to the mailbox of " + account.key().id());
        if (simulation.provider().isDead(account) || simulation.happens(Fault.MAILBOX_UNREACHABLE)) {
            throw new MailboxException(Kind.UNREACHABLE, "the server does not answer", null);
        }
        if (simulation.happens(Fault.LOGIN_REFUSED)) {
            throw new MailboxException(Kind.LOGIN_REFUSED, "authentication failed", null);
        }
        return new SimulatedMailbox(simulation, life, simulation.provider().folders(account));
    }

    private void command(String name) throws MailboxException {
        life.reach("imap " + name);
        if (!closed && simulation.happens(Fault.MAILBOX_CUT)) {
            closed = true;
            simulation.trace().add(life.name(), "imap connection cut at ", name);
        }
        if (closed) {
            throw new MailboxException(Kind.LOST, "the connection was cut", null);
        }
    }

    @Override
    public boolean canIdle() {
        return false;
    }

    @Override
    public FolderState examine(String folder) throws MailboxException {
        command("EXAMINE");
        open = folders.get(folder);
        return new FolderState(open.uidValidity(), open.uidNext(), open.mails().size());
    }

    @Override
    public long[] search(MailSearch search) throws MailboxException {
        command("SEARCH");
        Predicate<SimulatedMail> wanted;
        if (search instanceof MailSearch.FromUid from) {
            wanted = mail -> mail.uid() >= from.uid();
        } else if (search instanceof MailSearch.Since since) {
            wanted = mail ->
                    !LocalDate.ofInstant(mail.arrivedAt(), ZoneOffset.UTC).isBefore(since.day());
        } else if (search instanceof MailSearch.Among among) {
            wanted = mail -> Arrays.stream(among.uids()).anyMatch(uid -> uid == mail.uid());
        } else {
            MailSearch.HeaderContains contains = (MailSearch.HeaderContains) search;
            String start = contains.field().toLowerCase(Locale.ROOT) + ":";
            String text = contains.text().toLowerCase(Locale.ROOT);
            wanted = mail -> mail.header()
                    .toLowerCase(Locale.ROOT)
                    .lines()
                    .anyMatch(line -> line.startsWith(start) && line.contains(text));
        }
        return open.mails().stream()
                .filter(wanted)
                .mapToLong(SimulatedMail::uid)
                .sorted()
                .toArray();
    }

    private List<SimulatedMail> mails(long[] uids) {
        return open.mails().stream()
                .filter(mail -> Arrays.stream(uids).anyMatch(uid -> uid == mail.uid()))
                .sorted(Comparator.comparingLong(SimulatedMail::uid))
                .toList();
    }

    @Override
    public List<MailHeader> headers(long[] uids) throws MailboxException {
        command("FETCH headers");
        return mails(uids).stream()
                .map(mail -> new MailHeader(mail.uid(), mail.bytes().length, mail.arrivedAt(), mail.header(), true))
                .toList();
    }

    @Override
    public List<MailBeginning> beginnings(long[] uids, Predicate<MailHeader> wanted) throws MailboxException {
        return headers(uids).stream()
                .map(header -> new MailBeginning(header, null))
                .toList();
    }

    @Override
    public void askAhead(long[] uids) {
        // Nothing comes any sooner here.
    }

    @Override
    public Map<Long, SpooledContent> contents(long[] uids, ContentSpool spool) throws MailboxException {
        command("FETCH contents");
        Map<Long, SpooledContent> contents = new LinkedHashMap<>();
        for (SimulatedMail mail : mails(uids)) {
            if (mail.isPoison()) {
                closed = true;
                throw new MailboxException(Kind.LOST, "the server hung up", null);
            }
            try {
                contents.put(mail.uid(), spool.take(new ByteArrayInputStream(mail.bytes()), mail.bytes().length));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
        return contents;
    }

    @Override
    public FolderState select(String folder) throws MailboxException {
        simulation.violated(Invariant.MAILBOX_IS_UNTOUCHED, folder + " was opened for changing");
        return examine(folder);
    }

    @Override
    public void flag(long[] uids, String flag) {
        simulation.violated(Invariant.MAILBOX_IS_UNTOUCHED, "mails were given the flag " + flag);
    }

    @Override
    public void move(long[] uids, String folder) {
        simulation.violated(Invariant.MAILBOX_IS_UNTOUCHED, "mails were moved to " + folder);
    }

    @Override
    public Optional<io.github.pecmailproxy.imap.MailboxQuota> quota(String folder) {
        return Optional.empty();
    }

    @Override
    public void noop() throws MailboxException {
        command("NOOP");
    }

    @Override
    public boolean idle(Duration limit) {
        return false;
    }

    @Override
    public void wake() {
        // Nobody waits.
    }

    @Override
    public void abort() {
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Finds a field in a mail's header, for whoever looks at it from outside. */
    static Optional<String> field(byte[] mail, String name) {
        String text = new String(mail, StandardCharsets.ISO_8859_1);
        return text.lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
