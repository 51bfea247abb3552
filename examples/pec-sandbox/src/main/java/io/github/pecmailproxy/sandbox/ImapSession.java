package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One IMAP conversation (RFC 3501, with IDLE, UIDPLUS, MOVE, UNSELECT, QUOTA, ID, NAMESPACE, LITERAL+ and SASL-IR). Commands
 * are run by one thread; during IDLE a second one tells changes. What both touch is guarded by {@link #lock}.
 */
final class ImapSession implements ServerSession, MailFolder.Watcher, IdleRoom.Idler {
    private static final DateTimeFormatter APPEND_DATE = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("d-MMM-yyyy HH:mm:ss xx")
            .toFormatter(Locale.ENGLISH);
    private static final String FLAGS = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
    private static final List<String> CAPABILITIES = List.of(
            "IMAP4rev1",
            "LITERAL+",
            "SASL-IR",
            "ID",
            "IDLE",
            "UIDPLUS",
            "MOVE",
            "UNSELECT",
            "NAMESPACE",
            "QUOTA",
            "AUTH=PLAIN",
            "AUTH=XOAUTH2");
    private static final int LOGGED_LINE = 300;

    private final Wire wire;
    private final ImapSettings settings;
    private final PostOffice office;
    private final FaultScript script;
    private final Transcript transcript;
    private final IdleRoom idleRoom;
    private final CountDownLatch closed;
    private final long number;
    private final Object lock = new Object();
    private @Nullable MailAccount account;
    private @Nullable ImapView view;
    private boolean idling;
    private boolean changed;

    ImapSession(
            Wire wire,
            ImapSettings settings,
            PostOffice office,
            FaultScript script,
            Transcript transcript,
            IdleRoom idleRoom,
            CountDownLatch closed) {
        this.wire = wire;
        this.settings = settings;
        this.office = office;
        this.script = script;
        this.transcript = transcript;
        this.idleRoom = idleRoom;
        this.closed = closed;
        this.number = transcript.connected();
    }

    @Override
    public void run() throws IOException, InterruptedException {
        try {
            Optional<Reaction> greeting = script.next(FaultScript.GREETING, "");
            if (greeting.isPresent() && react(greeting.get(), "*")) {
                return;
            }
            send("* OK [CAPABILITY " + capabilities() + "] PEC sandbox ready");
            boolean goesOn = true;
            while (goesOn) {
                goesOn = serve(ImapCommand.read(wire, settings.maximumLiteral()));
            }
        } finally {
            unselect();
        }
    }

    /** Returns false when the conversation is over. */
    private boolean serve(ImapCommand command) throws IOException, InterruptedException {
        String tag = "*";
        try {
            tag = command.atom();
            command.space();
            String verb = command.keyword();
            if (verb.equals("UID")) {
                command.space();
                verb = "UID " + command.keyword();
            }
            transcript.command(verb);
            boolean secret = verb.equals("LOGIN") || verb.equals("AUTHENTICATE");
            transcript.client(number, secret ? tag + " " + verb + " ***" : shortened(command.text()));
            Optional<Reaction> reaction = script.next(verb, command.rest());
            if (reaction.isPresent() && react(reaction.get(), tag)) {
                return true;
            }
            return obey(tag, verb, command);
        } catch (ImapCommand.Malformed malformed) {
            send(tag + " BAD " + malformed.getMessage());
            return true;
        }
    }

    /** Returns true when the script answered in place of the server. */
    private boolean react(Reaction reaction, String tag) throws IOException, InterruptedException {
        if (reaction instanceof Reaction.Reply reply) {
            send(tag + " " + reply.line());
            return true;
        }
        if (reaction instanceof Reaction.StandStill standStill) {
            standStill.stall().standStill();
            requireOpen();
            return false;
        }
        if (reaction instanceof Reaction.Wait pause) {
            closed.await(pause.duration().toMillis(), TimeUnit.MILLISECONDS);
            requireOpen();
            return false;
        }
        transcript.server(number, "(connection dropped)");
        throw new ConnectionDropped();
    }

    /** A sandbox that was closed meanwhile must not take a message, or answer, any more. */
    private void requireOpen() throws ConnectionDropped {
        if (closed.getCount() == 0) {
            throw new ConnectionDropped();
        }
    }

    private boolean obey(String tag, String verb, ImapCommand command)
            throws IOException, InterruptedException, ImapCommand.Malformed {
        switch (verb) {
            case "CAPABILITY" -> {
                send("* CAPABILITY " + capabilities());
                done(tag, verb);
            }
            case "NOOP", "CHECK" -> done(tag, verb);
            case "LOGOUT" -> {
                send("* BYE goodbye");
                send(tag + " OK LOGOUT completed");
                return false;
            }
            case "ID" -> {
                send("* ID (\"name\" \"pec-sandbox\")");
                done(tag, verb);
            }
            case "STARTTLS" -> startTls(tag);
            case "LOGIN" -> login(tag, command);
            case "AUTHENTICATE" -> authenticate(tag, command);
            default -> {
                MailAccount authenticated = account;
                if (authenticated == null) {
                    send(tag + " NO log in first");
                } else if (isHidden(verb) || !obeyAuthenticated(tag, verb, command, authenticated)) {
                    send(tag + " BAD unknown command " + verb);
                }
            }
        }
        return true;
    }

    private boolean isHidden(String verb) {
        return settings.hidden().contains(verb)
                || verb.startsWith("UID ") && settings.hidden().contains(verb.substring(4));
    }

    private boolean obeyAuthenticated(String tag, String verb, ImapCommand command, MailAccount authenticated)
            throws IOException, InterruptedException, ImapCommand.Malformed {
        switch (verb) {
            case "SELECT" -> select(tag, command, authenticated, false);
            case "EXAMINE" -> select(tag, command, authenticated, true);
            case "LIST", "LSUB" -> list(tag, verb, command, authenticated);
            case "STATUS" -> status(tag, command, authenticated);
            case "NAMESPACE" -> {
                send("* NAMESPACE ((\"\" \"" + authenticated.separator() + "\")) NIL NIL");
                done(tag, verb);
            }
            case "ENABLE" -> {
                send("* ENABLED");
                done(tag, verb);
            }
            case "CREATE" ->
                answer(tag, verb, authenticated.create(argument(command)), "[ALREADYEXISTS] the folder exists");
            case "DELETE" -> answer(tag, verb, authenticated.delete(argument(command)), "[NONEXISTENT] no such folder");
            case "SUBSCRIBE", "UNSUBSCRIBE" ->
                answer(tag, verb, authenticated.folder(argument(command)).isPresent(), "[NONEXISTENT] no such folder");
            case "APPEND" -> append(tag, command, authenticated);
            case "GETQUOTAROOT", "GETQUOTA" -> quota(tag, verb, command, authenticated);
            case "IDLE" -> idle(tag);
            case "CLOSE",
                    "UNSELECT",
                    "EXPUNGE",
                    "UID EXPUNGE",
                    "FETCH",
                    "UID FETCH",
                    "SEARCH",
                    "UID SEARCH",
                    "STORE",
                    "UID STORE",
                    "COPY",
                    "UID COPY",
                    "MOVE",
                    "UID MOVE" -> {
                ImapView selected = view;
                if (selected == null) {
                    send(tag + " BAD select a folder first");
                } else {
                    obeySelected(tag, verb, command, authenticated, selected);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void obeySelected(
            String tag, String verb, ImapCommand command, MailAccount authenticated, ImapView selected)
            throws IOException, ImapCommand.Malformed {
        boolean byUid = verb.startsWith("UID ");
        switch (byUid ? verb.substring(4) : verb) {
            case "CLOSE" -> {
                if (!selected.readOnly()) {
                    selected.folder().expunge(entry -> entry.hasFlag("\\Deleted"));
                }
                unselect();
                done(tag, verb);
            }
            case "UNSELECT" -> {
                unselect();
                done(tag, verb);
            }
            case "EXPUNGE" -> expunge(tag, verb, command, selected, byUid);
            case "FETCH" -> fetch(tag, verb, command, selected, byUid);
            case "SEARCH" -> search(tag, verb, command, selected, byUid);
            case "STORE" -> store(tag, verb, command, selected, byUid);
            case "COPY", "MOVE" -> copy(tag, verb, command, authenticated, selected, byUid);
            default -> throw new ImapCommand.Malformed("unknown command " + verb);
        }
    }

    private String capabilities() {
        return CAPABILITIES.stream()
                        .filter(capability -> !settings.hidden().contains(capability.toUpperCase(Locale.ROOT)))
                        .collect(Collectors.joining(" "))
                + (wire.isSecure() ? "" : " STARTTLS");
    }

    private void startTls(String tag) throws IOException {
        if (wire.isSecure()) {
            send(tag + " BAD already using TLS");
            return;
        }
        send(tag + " OK begin TLS");
        wire.startTls(settings.tls());
    }

    private void login(String tag, ImapCommand command) throws IOException, ImapCommand.Malformed {
        command.space();
        String user = command.string();
        command.space();
        judge(tag, Optional.of(new Credentials(user, command.string())));
    }

    private void authenticate(String tag, ImapCommand command) throws IOException, ImapCommand.Malformed {
        command.space();
        String mechanism = command.keyword();
        Optional<String> initial = command.accept(' ') ? Optional.of(command.string()) : Optional.empty();
        switch (mechanism) {
            case "PLAIN" -> judge(tag, Credentials.plain(initial.isPresent() ? initial.get() : challenge("")));
            case "XOAUTH2" -> {
                Optional<Credentials> credentials =
                        Credentials.xoauth2(initial.isPresent() ? initial.get() : challenge(""));
                if (credentials.flatMap(this::accountOf).isEmpty()) {
                    challenge("{\"status\":\"401\",\"schemes\":\"bearer\"}");
                }
                judge(tag, credentials);
            }
            default -> send(tag + " NO unknown mechanism");
        }
    }

    private String challenge(String text) throws IOException {
        send("+ " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        String answer = wire.readLine();
        transcript.client(number, "***");
        return answer;
    }

    private Optional<MailAccount> accountOf(Credentials credentials) {
        return office.account(credentials.user()).filter(candidate -> candidate.accepts(credentials.secret()));
    }

    private void judge(String tag, Optional<Credentials> credentials) throws IOException {
        Optional<MailAccount> found = credentials.flatMap(this::accountOf);
        if (found.isPresent()) {
            account = found.get();
            send(tag + " OK [CAPABILITY " + capabilities() + "] logged in");
        } else {
            send(tag + " NO [AUTHENTICATIONFAILED] authentication failed");
        }
    }

    private void select(String tag, ImapCommand command, MailAccount authenticated, boolean readOnly)
            throws IOException, ImapCommand.Malformed {
        unselect();
        Optional<MailFolder> found = authenticated.folder(argument(command));
        if (found.isEmpty()) {
            send(tag + " NO [NONEXISTENT] no such folder");
            return;
        }
        MailFolder folder = found.get();
        ImapView selected;
        synchronized (lock) {
            folder.watch(this);
            selected = new ImapView(folder, readOnly);
            view = selected;
        }
        send("* FLAGS (" + FLAGS + ")");
        send("* " + selected.size() + " EXISTS");
        send("* 0 RECENT");
        for (int i = 1; i <= selected.size(); i++) {
            if (!selected.get(i).hasFlag("\\Seen")) {
                send("* OK [UNSEEN " + i + "] first unseen");
                break;
            }
        }
        send("* OK [PERMANENTFLAGS (" + (readOnly ? "" : FLAGS + " \\*") + ")] flags");
        send("* OK [UIDVALIDITY " + selected.uidValidity() + "] UIDs are valid");
        send("* OK [UIDNEXT " + folder.nextUid() + "] next UID");
        send(tag + " OK [READ-" + (readOnly ? "ONLY" : "WRITE") + "] selected");
    }

    private void unselect() {
        synchronized (lock) {
            if (view != null) {
                view.folder().unwatch(this);
                view = null;
            }
        }
    }

    private void list(String tag, String verb, ImapCommand command, MailAccount authenticated)
            throws IOException, ImapCommand.Malformed {
        command.space();
        String reference = command.string();
        command.space();
        String pattern = command.string();
        char separator = authenticated.separator();
        if (pattern.isEmpty()) {
            send("* " + verb + " (\\Noselect) \"" + separator + "\" \"\"");
        } else {
            Predicate<String> wanted = folderPattern(reference + pattern, separator);
            List<String> names =
                    authenticated.folders().stream().map(MailFolder::name).toList();
            for (String name : names) {
                if (wanted.test(name)) {
                    boolean children = names.stream().anyMatch(other -> other.startsWith(name + separator));
                    send("* " + verb + " (\\Has" + (children ? "" : "No") + "Children) \"" + separator + "\" "
                            + ImapText.string(name));
                }
            }
        }
        done(tag, verb);
    }

    private static Predicate<String> folderPattern(String pattern, char separator) {
        StringBuilder regex = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            regex.append(
                    c == '*'
                            ? ".*"
                            : c == '%'
                                    ? "[^" + Pattern.quote(String.valueOf(separator)) + "]*"
                                    : Pattern.quote(String.valueOf(c)));
        }
        Pattern compiled = Pattern.compile(regex.toString());
        Pattern anyCase = Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE);
        return name -> (name.equals(MailAccount.INBOX) ? anyCase : compiled)
                .matcher(name)
                .matches();
    }

    private void status(String tag, ImapCommand command, MailAccount authenticated)
            throws IOException, ImapCommand.Malformed {
        command.space();
        String name = command.string();
        command.space();
        List<String> items = command.stringList();
        Optional<MailFolder> found = authenticated.folder(name);
        if (found.isEmpty()) {
            send(tag + " NO [NONEXISTENT] no such folder");
            return;
        }
        MailFolder folder = found.get();
        List<MailEntry> entries = folder.entries();
        List<String> values = new ArrayList<>();
        for (String item : items) {
            String key = item.toUpperCase(Locale.ROOT);
            values.add(key + " "
                    + switch (key) {
                        case "MESSAGES" -> entries.size();
                        case "RECENT" -> 0;
                        case "UIDNEXT" -> folder.nextUid();
                        case "UIDVALIDITY" -> folder.uidValidity();
                        case "UNSEEN" ->
                            entries.stream()
                                    .filter(entry -> !entry.hasFlag("\\Seen"))
                                    .count();
                        default -> throw new ImapCommand.Malformed("unknown item " + key);
                    });
        }
        send("* STATUS " + ImapText.string(folder.name()) + " (" + String.join(" ", values) + ")");
        done(tag, "STATUS");
    }

    private void append(String tag, ImapCommand command, MailAccount authenticated)
            throws IOException, ImapCommand.Malformed {
        command.space();
        Optional<MailFolder> folder = authenticated.folder(command.string());
        command.space();
        Set<String> flags = Set.of();
        if (command.peek() == '(') {
            flags = new LinkedHashSet<>(command.stringList());
            command.space();
        }
        Instant date = office.clock().instant();
        if (!command.atLiteral()) {
            date = appendDate(command.string().trim());
            command.space();
        }
        byte[] raw = command.literal();
        if (folder.isEmpty()) {
            send(tag + " NO [TRYCREATE] no such folder");
            return;
        }
        MailEntry entry = folder.get().append(raw, date, flags);
        done(tag, "[APPENDUID " + folder.get().uidValidity() + " " + entry.uid() + "] APPEND");
    }

    private static Instant appendDate(String text) throws ImapCommand.Malformed {
        try {
            return ZonedDateTime.parse(text, APPEND_DATE).toInstant();
        } catch (DateTimeException e) {
            throw new ImapCommand.Malformed("not a date and time: " + text);
        }
    }

    private void quota(String tag, String verb, ImapCommand command, MailAccount authenticated)
            throws IOException, ImapCommand.Malformed {
        String name = argument(command);
        if (verb.equals("GETQUOTAROOT")) {
            send("* QUOTAROOT " + ImapText.string(name) + " \"\"");
        }
        long quota = authenticated.quota();
        send("* QUOTA \"\" ("
                + (quota == 0 ? "" : "STORAGE " + (authenticated.size() + 1023) / 1024 + " " + quota / 1024) + ")");
        done(tag, verb);
    }

    private void expunge(String tag, String verb, ImapCommand command, ImapView selected, boolean byUid)
            throws IOException, ImapCommand.Malformed {
        if (selected.readOnly()) {
            send(tag + " NO the folder is open read-only");
            return;
        }
        ImapSequenceSet uids = byUid ? ImapSequenceSet.parse(argument(command), selected.lastUid()) : null;
        selected.folder().expunge(entry -> entry.hasFlag("\\Deleted") && (uids == null || uids.contains(entry.uid())));
        done(tag, verb);
    }

    private void search(String tag, String verb, ImapCommand command, ImapView selected, boolean byUid)
            throws IOException, ImapCommand.Malformed {
        command.space();
        Predicate<ImapSearch.Candidate> condition =
                new ImapSearch(command, selected.size(), selected.lastUid()).condition();
        StringBuilder found = new StringBuilder("* SEARCH");
        for (int i = 1; i <= selected.size(); i++) {
            MailEntry entry = selected.get(i);
            if (!entry.expunged() && condition.test(new ImapSearch.Candidate(entry, i))) {
                found.append(' ').append(byUid ? entry.uid() : i);
            }
        }
        send(found.toString());
        done(tag, verb);
    }

    private void store(String tag, String verb, ImapCommand command, ImapView selected, boolean byUid)
            throws IOException, ImapCommand.Malformed {
        List<Integer> numbers = numbers(command, selected, byUid);
        command.space();
        String item = command.keyword();
        command.space();
        Set<String> flags = new LinkedHashSet<>();
        if (command.peek() == '(') {
            flags.addAll(command.stringList());
        } else {
            while (!command.atEnd()) {
                flags.add(command.atom());
                command.accept(' ');
            }
        }
        if (selected.readOnly()) {
            send(tag + " NO the folder is open read-only");
            return;
        }
        for (int i : numbers) {
            MailEntry entry = selected.get(i);
            switch (item.replace(".SILENT", "")) {
                case "FLAGS" -> selected.folder().setFlags(entry, flags);
                case "+FLAGS" -> selected.folder().addFlags(entry, flags);
                case "-FLAGS" -> selected.folder().removeFlags(entry, flags);
                default -> throw new ImapCommand.Malformed("unknown item " + item);
            }
            if (!item.endsWith(".SILENT")) {
                send("* " + i + " FETCH (" + (byUid ? "UID " + entry.uid() + " " : "") + "FLAGS "
                        + ImapText.flags(entry.flags()) + ")");
            }
        }
        done(tag, verb);
    }

    private void copy(
            String tag, String verb, ImapCommand command, MailAccount authenticated, ImapView selected, boolean byUid)
            throws IOException, ImapCommand.Malformed {
        List<Integer> numbers = numbers(command, selected, byUid);
        Optional<MailFolder> target = authenticated.folder(argument(command));
        boolean moves = verb.endsWith("MOVE");
        if (target.isEmpty()) {
            send(tag + " NO [TRYCREATE] no such folder");
            return;
        }
        if (moves && selected.readOnly()) {
            send(tag + " NO the folder is open read-only");
            return;
        }
        List<String> from = new ArrayList<>();
        List<String> to = new ArrayList<>();
        Set<MailEntry> moved = new LinkedHashSet<>();
        for (int i : numbers) {
            MailEntry entry = selected.get(i);
            MailEntry copy = target.get().append(entry.raw(), entry.receivedAt(), entry.flags());
            from.add(String.valueOf(entry.uid()));
            to.add(String.valueOf(copy.uid()));
            moved.add(entry);
        }
        String code = from.isEmpty()
                ? ""
                : "[COPYUID " + target.get().uidValidity() + " " + String.join(",", from) + " " + String.join(",", to)
                        + "] ";
        if (moves) {
            if (!code.isEmpty()) {
                send("* OK " + code + "moved");
            }
            selected.folder().expunge(moved::contains);
            done(tag, verb);
        } else {
            done(tag, code + verb);
        }
    }

    private void fetch(String tag, String verb, ImapCommand command, ImapView selected, boolean byUid)
            throws IOException, ImapCommand.Malformed {
        List<Integer> numbers = numbers(command, selected, byUid);
        command.space();
        ImapFetch fetch = ImapFetch.parse(command, byUid);
        for (int i : numbers) {
            transcript.server(number, "* " + i + " FETCH (…)");
            fetch.write(wire, i, selected);
        }
        done(tag, verb);
    }

    private List<Integer> numbers(ImapCommand command, ImapView selected, boolean byUid) throws ImapCommand.Malformed {
        long last = byUid ? selected.lastUid() : selected.size();
        return selected.select(ImapSequenceSet.parse(argument(command), last), byUid);
    }

    private static String argument(ImapCommand command) throws ImapCommand.Malformed {
        command.space();
        return command.string();
    }

    private void idle(String tag) throws IOException, InterruptedException {
        send("+ idling");
        synchronized (lock) {
            idling = true;
            changed = true;
        }
        Thread teller = new Thread(this::tellChanges, "pec-sandbox-idle-" + number);
        teller.setDaemon(true);
        idleRoom.enter(this);
        teller.start();
        try {
            String line = wire.readLine();
            transcript.client(number, line);
        } finally {
            idleRoom.leave(this);
            synchronized (lock) {
                idling = false;
                lock.notifyAll();
            }
            teller.join();
        }
        if (idleRoom.isSilent()) {
            send(tag + " OK IDLE completed");
        } else {
            done(tag, "IDLE");
        }
    }

    /** Runs beside the thread that waits for DONE; writes without the lock, so that a slow client delays nobody else. */
    private void tellChanges() {
        try {
            while (true) {
                synchronized (lock) {
                    while (idling && (!changed || idleRoom.isSilent())) {
                        lock.wait();
                    }
                    if (!idling) {
                        return;
                    }
                    changed = false;
                }
                tell(true);
                wire.flush();
            }
        } catch (IOException clientGone) {
            wire.abort();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void changed() {
        synchronized (lock) {
            changed = true;
            lock.notifyAll();
        }
    }

    @Override
    public void wakeUp() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    /** A client whose folder was renumbered under it is cut off, as servers do that rebuild a mailbox. */
    @Override
    public void renumbered() {
        wire.abort();
    }

    @Override
    public void drop() {
        wire.abort();
    }

    /** Sends what changed in the folder. */
    private void tell(boolean expunges) throws IOException {
        List<String> responses;
        synchronized (lock) {
            responses = view == null ? List.of() : view.refresh(expunges);
        }
        for (String response : responses) {
            transcript.server(number, response);
            wire.write(response + "\r\n");
        }
    }

    private void done(String tag, String what) throws IOException {
        // RFC 3501 section 7.4.1: no EXPUNGE while the client may be using sequence numbers
        tell(!what.equals("FETCH") && !what.equals("STORE") && !what.equals("SEARCH"));
        boolean code = what.startsWith("[");
        send(tag + " OK " + what + (code ? "" : " completed"));
    }

    private void answer(String tag, String verb, boolean success, String otherwise) throws IOException {
        if (success) {
            done(tag, verb);
        } else {
            send(tag + " NO " + otherwise);
        }
    }

    private void send(String line) throws IOException {
        transcript.server(number, shortened(line));
        wire.sendLine(line);
    }

    private static String shortened(String line) {
        return line.length() <= LOGGED_LINE ? line : line.substring(0, LOGGED_LINE) + "…";
    }
}
