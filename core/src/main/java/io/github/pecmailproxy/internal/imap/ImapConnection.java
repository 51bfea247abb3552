package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.imap.protocol.BASE64MailboxEncoder;
import org.jspecify.annotations.Nullable;

/**
 * The client side of IMAP4rev1 (RFC 3501), as far as looking at a mailbox and marking what was handled need it. It reads the wire itself: literals go to where
 * they are kept without a copy, byte for byte, and how long each step may take is known.
 */
final class ImapConnection implements MailboxConnection {
    private static final DateTimeFormatter SEARCH_DATE = DateTimeFormatter.ofPattern("d-MMM-yyyy", Locale.ENGLISH);
    // To DONE a server answers at once or not at all.
    private static final Duration END_OF_IDLE = Duration.ofSeconds(10);
    private static final int MOST_QUOTA_RESOURCES = 100;
    private static final int MOST_UIDS = 2_000_000;
    private static final int MOST_CODES = 100;

    private final ImapWire wire;
    private final ImapReader reader;
    private final Object idleLock = new Object();
    private Set<String> capabilities = new HashSet<>();
    private Set<String> lastingFlags = Set.of();
    // The response codes of the untagged answers to the present command, such as UIDNEXT 12.
    private final Map<String, String> codes = new HashMap<>();
    private @Nullable Ahead ahead;
    private int tags;
    private long exists;
    private boolean newMail;
    private boolean broken;
    private boolean idling;
    private boolean doneSent;
    private boolean woken;

    private ImapConnection(ImapWire wire) {
        this.wire = wire;
        this.reader = new ImapReader(wire);
    }

    // ---------------------------------------------------------------------------------------------- opening

    /** Takes the greeting; the caller closes the connection if anything fails from here on. */
    static ImapConnection greet(ImapWire wire) throws MailboxException {
        ImapConnection connection = new ImapConnection(wire);
        connection.attempt("greeting", () -> {
            connection.reader.expect('*');
            connection.reader.skipBlanks();
            String word = connection.reader.atom();
            Answer greeting = connection.answer(word);
            switch (word) {
                case "OK" -> {}
                // The connection would be logged in as whoever the server thinks, before TLS: nothing we asked for.
                case "PREAUTH" ->
                    throw new MailboxException(Kind.UNREACHABLE, "The server logs in on its own (PREAUTH)", null);
                default ->
                    throw new MailboxException(
                            Kind.UNREACHABLE, "The server does not serve now: " + greeting.text(), null);
            }
            return greeting;
        });
        return connection;
    }

    void startTls(SSLSocketFactory factory) throws MailboxException {
        askCapabilities();
        if (!capabilities.contains("STARTTLS")) {
            throw new MailboxException(Kind.NOT_SECURE, "The server does not offer STARTTLS", null);
        }
        try {
            command("STARTTLS", new Untagged());
        } catch (MailboxException refused) {
            throw refused.kind() == Kind.REFUSED
                    ? new MailboxException(Kind.NOT_SECURE, refused.reason(), refused)
                    : refused;
        }
        attempt("STARTTLS", () -> {
            wire.startTls(factory);
            return "";
        });
        // What was said in clear may have been said by anybody.
        capabilities.clear();
    }

    void login(String user, String password) throws MailboxException {
        askCapabilities();
        if (capabilities.contains("AUTH=PLAIN")) {
            authenticate("PLAIN", "\0" + user + "\0" + password);
        } else if (capabilities.contains("LOGINDISABLED")) {
            throw new MailboxException(Kind.LOGIN_REFUSED, "The server takes no password on this connection", null);
        } else {
            plainLogin(user, password);
        }
    }

    void loginWithToken(String user, String token) throws MailboxException {
        askCapabilities();
        if (!capabilities.contains("AUTH=XOAUTH2")) {
            throw new MailboxException(Kind.LOGIN_REFUSED, "The server takes no access token (XOAUTH2)", null);
        }
        authenticate("XOAUTH2", "user=" + user + "\1auth=Bearer " + token + "\1\1");
    }

    private void authenticate(String mechanism, String response) throws MailboxException {
        byte[] encoded = Base64.getEncoder().encode(response.getBytes(StandardCharsets.UTF_8));
        String command = "AUTHENTICATE " + mechanism;
        attempt(command, () -> {
            boolean sent = capabilities.contains("SASL-IR"); // RFC 4959: saves a turn
            String tag = send(sent ? command + " " + new String(encoded, StandardCharsets.US_ASCII) : command);
            while (true) {
                Answer answer = untilAnswer(tag, new Untagged(), true);
                if (answer.isContinuation()) {
                    // A second question is the reason for a refusal (XOAUTH2): an empty line asks for the refusal.
                    wire.write(line(sent ? "" : new String(encoded, StandardCharsets.US_ASCII)));
                    sent = true;
                } else {
                    loggedIn(answer);
                    return answer;
                }
            }
        });
    }

    private void plainLogin(String user, String password) throws MailboxException {
        attempt("LOGIN", () -> {
            wire.startCommand();
            String tag = nextTag();
            StringBuilder pending = new StringBuilder(tag + " LOGIN");
            for (String argument : List.of(user, password)) {
                pending.append(' ');
                if (isQuotable(argument)) {
                    pending.append(quote(argument));
                } else {
                    byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
                    wire.write(line(pending + "{" + bytes.length + "}"));
                    pending.setLength(0);
                    Answer goOn = untilAnswer(tag, new Untagged(), true);
                    if (!goOn.isContinuation()) {
                        loggedIn(goOn);
                        throw new ImapSyntaxException("the answer to LOGIN came early");
                    }
                    wire.write(bytes);
                }
            }
            wire.write(line(pending.toString()));
            Answer answer = untilAnswer(tag, new Untagged(), false);
            loggedIn(answer);
            return answer;
        });
    }

    private void loggedIn(Answer answer) throws MailboxException {
        if (answer.isOk()) {
            if (!answer.code().startsWith("CAPABILITY")) {
                // What the server can do for one who is logged in may differ from what it said before.
                capabilities.clear();
            }
            return;
        }
        boolean later = Set.of("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG").contains(answer.code()); // RFC 5530
        throw new MailboxException(
                later ? Kind.UNREACHABLE : Kind.LOGIN_REFUSED, "The server refuses the login: " + answer.text(), null);
    }

    private void askCapabilities() throws MailboxException {
        if (capabilities.isEmpty()) {
            command("CAPABILITY", new Untagged());
        }
    }

    /** Finds out what the server can do for one who is logged in. */
    void ready() throws MailboxException {
        askCapabilities();
    }

    // ---------------------------------------------------------------------------------------------- looking

    @Override
    public boolean canIdle() {
        return capabilities.contains("IDLE");
    }

    @Override
    public FolderState examine(String folder) throws MailboxException {
        return open("EXAMINE", folder);
    }

    private FolderState open(String command, String folder) throws MailboxException {
        exists = 0;
        command(command + " " + quote(BASE64MailboxEncoder.encode(folder)), new Untagged());
        long uidValidity = positive(codes.getOrDefault("UIDVALIDITY", ""));
        long uidNext = positive(codes.getOrDefault("UIDNEXT", ""));
        if (uidValidity == 0) {
            throw new MailboxException(
                    Kind.REFUSED, "The server gives the folder no UIDVALIDITY: its mails cannot be told apart", null);
        }
        newMail = false;
        return new FolderState(uidValidity, uidNext > 0 ? uidNext : highestUid() + 1, exists);
    }

    /** Finds out what a server leaves unsaid that gives no UIDNEXT. */
    private long highestUid() throws MailboxException {
        if (exists == 0) {
            return 0;
        }
        UidList uids = new UidList();
        searchInto(uids, "UID *");
        long[] highest = uids.sortedFrom(1);
        return highest.length == 0 ? 0 : highest[highest.length - 1];
    }

    @Override
    public long[] search(MailSearch search) throws MailboxException {
        UidList uids = new UidList();
        newMail = false;
        searchInto(uids, criterion(search));
        // "n:*" names the last mail even where its UID is lower than n (RFC 3501 section 6.4.8).
        return uids.sortedFrom(search instanceof MailSearch.FromUid from ? from.uid() : 1);
    }

    private void searchInto(UidList uids, String criterion) throws MailboxException {
        command("UID SEARCH " + criterion, new Untagged() {
            @Override
            void search() throws IOException {
                reader.skipBlanks();
                while (!reader.atLineEnd()) {
                    if (reader.peek() == '(') {
                        reader.skipValue(); // (MODSEQ n), RFC 7162
                    } else {
                        uids.add(reader.number());
                        if (uids.size() > MOST_UIDS) {
                            throw new ImapSyntaxException("a list of UIDs does not end");
                        }
                    }
                    reader.skipBlanks();
                }
                reader.lineEnd();
            }
        });
    }

    private static String criterion(MailSearch search) {
        if (search instanceof MailSearch.FromUid from) {
            return "UID " + from.uid() + ":*";
        }
        if (search instanceof MailSearch.Since since) {
            return "SINCE " + SEARCH_DATE.format(since.day());
        }
        if (search instanceof MailSearch.Among among) {
            return "UID " + UidSet.of(among.uids());
        }
        MailSearch.HeaderContains header = (MailSearch.HeaderContains) search;
        return "HEADER " + quote(header.field()) + " " + quote(header.text());
    }

    @Override
    public List<MailHeader> headers(long[] uids) throws MailboxException {
        Map<Long, MailHeader> headers = new HashMap<>();
        Set<Long> wanted = boxed(uids);
        command("UID FETCH " + UidSet.of(uids) + " (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])", new Untagged() {
            @Override
            void fetch() throws IOException {
                FetchedItems items = FetchedItems.read(reader, null);
                MailHeader header = items.header();
                if (header != null && wanted.contains(header.uid())) {
                    headers.put(header.uid(), header);
                }
            }
        });
        List<MailHeader> sorted = new ArrayList<>(headers.values());
        sorted.sort(Comparator.comparingLong(MailHeader::uid));
        return sorted;
    }

    @Override
    public List<MailBeginning> beginnings(long[] uids, Predicate<MailHeader> wanted) throws MailboxException {
        Map<Long, MailBeginning> beginnings = new TreeMap<>();
        Set<Long> missing = boxed(uids);
        Untagged taking = new Untagged() {
            @Override
            void fetch() throws IOException {
                MailBeginning found = FetchedItems.read(reader, null).beginning(wanted);
                if (found != null && missing.remove(found.header().uid())) {
                    beginnings.put(found.header().uid(), found);
                }
            }
        };
        String command = beginningsCommand(uids);
        Ahead asked = ahead;
        if (asked != null && asked.command().equals(command)) {
            ahead = null;
            await(asked, taking);
        } else {
            command(command, taking);
        }
        if (!missing.isEmpty()) {
            // Some are gone; the others have a longer header, or nothing in them that the server could give.
            long[] left = missing.stream().mapToLong(Long::longValue).sorted().toArray();
            headers(left).forEach(header -> beginnings.put(header.uid(), new MailBeginning(header, null)));
        }
        return List.copyOf(beginnings.values());
    }

    @Override
    public void askAhead(long[] uids) throws MailboxException {
        String command = beginningsCommand(uids);
        attempt("UID FETCH", () -> {
            Ahead asked = new Ahead(command, send(command));
            ahead = asked;
            return asked;
        });
    }

    private static String beginningsCommand(long[] uids) {
        return "UID FETCH " + UidSet.of(uids) + " (UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0." + MailBeginning.LENGTH
                + ">)";
    }

    @Override
    public Map<Long, SpooledContent> contents(long[] uids, ContentSpool spool) throws MailboxException {
        Map<Long, SpooledContent> contents = new HashMap<>();
        Set<Long> wanted = boxed(uids);
        boolean done = false;
        try {
            command("UID FETCH " + UidSet.of(uids) + " (UID BODY.PEEK[])", new Untagged() {
                @Override
                void fetch() throws IOException {
                    FetchedItems items = FetchedItems.read(reader, spool);
                    SpooledContent content = items.content();
                    if (content != null) {
                        if (!wanted.contains(items.uid()) || contents.putIfAbsent(items.uid(), content) != null) {
                            content.close();
                        }
                    }
                }
            });
            done = true;
            return contents;
        } finally {
            if (!done) {
                contents.values().forEach(SpooledContent::close);
            }
        }
    }

    @Override
    public Optional<MailboxQuota> quota(String folder) throws MailboxException {
        if (!capabilities.contains("QUOTA")) {
            return Optional.empty();
        }
        List<MailboxQuota> fullest = new ArrayList<>(1);
        try {
            command("GETQUOTAROOT " + quote(BASE64MailboxEncoder.encode(folder)), new Untagged() {
                @Override
                void quota() throws IOException {
                    reader.skipValue(); // The root's name.
                    reader.skipBlanks();
                    reader.expect('(');
                    reader.skipBlanks();
                    for (int count = 0; reader.peek() != ')'; count++) {
                        if (count == MOST_QUOTA_RESOURCES) {
                            throw new ImapSyntaxException("a list of quota does not end");
                        }
                        String resource = reader.atom();
                        reader.skipBlanks();
                        long used = reader.number();
                        reader.skipBlanks();
                        keepFullest(fullest, new MailboxQuota(resource, used, reader.number()));
                        reader.skipBlanks();
                    }
                    reader.skipResponse();
                }
            });
        } catch (MailboxException failed) {
            if (failed.kind() != Kind.REFUSED) {
                throw failed;
            }
            // It offered to tell and does not: nothing that keeps anybody from reading.
            return Optional.empty();
        }
        return fullest.stream().findFirst();
    }

    /** Keeps one only, however many a server names. A limit of 0 is how some servers say that there is none. */
    private static void keepFullest(List<MailboxQuota> fullest, MailboxQuota found) {
        if (found.limit() > 0
                && (fullest.isEmpty() || found.share() > fullest.get(0).share())) {
            fullest.clear();
            fullest.add(found);
        }
    }

    // ---------------------------------------------------------------------------------------------- changing

    @Override
    public FolderState select(String folder) throws MailboxException {
        FolderState state = open("SELECT", folder);
        // Without a list of them all flags are kept (RFC 3501 section 7.1).
        String flags = codes.getOrDefault("PERMANENTFLAGS", "\\SEEN \\*");
        lastingFlags = new HashSet<>(
                List.of(flags.replace("(", "").replace(")", "").trim().split(" +")));
        return state;
    }

    @Override
    public void flag(long[] uids, String flag) throws MailboxException {
        String name = flag.toUpperCase(Locale.ROOT);
        boolean isNew = !flag.startsWith("\\") && lastingFlags.contains("\\*");
        if (!lastingFlags.contains(name) && !isNew) {
            throw new MailboxException(Kind.REFUSED, "The folder does not keep the flag " + flag, null);
        }
        command("UID STORE " + UidSet.of(uids) + " +FLAGS.SILENT (" + flag + ")", new Untagged());
    }

    @Override
    public void move(long[] uids, String folder) throws MailboxException {
        if (!capabilities.contains("MOVE")) {
            throw new MailboxException(Kind.REFUSED, "The server cannot move mails (MOVE, RFC 6851)", null);
        }
        command("UID MOVE " + UidSet.of(uids) + " " + quote(BASE64MailboxEncoder.encode(folder)), new Untagged());
    }

    @Override
    public void noop() throws MailboxException {
        command("NOOP", new Untagged());
    }

    // ---------------------------------------------------------------------------------------------- waiting

    @Override
    public boolean idle(Duration limit) throws MailboxException {
        if (newMail) {
            return true;
        }
        long end = System.nanoTime() + limit.toNanos();
        return attempt("IDLE", () -> {
            String tag = send("IDLE");
            Answer begun = untilAnswer(tag, new Untagged(), true);
            if (!begun.isContinuation()) {
                throw new MailboxException(
                        Kind.REFUSED, "The server refuses IDLE, which it offered: " + begun.text(), null);
            }
            synchronized (idleLock) {
                idling = true;
                doneSent = false;
                if (woken || newMail) {
                    sendDone();
                }
            }
            try {
                Answer answer = null;
                boolean ended = false;
                while (answer == null) {
                    long left = end - System.nanoTime();
                    boolean ending;
                    synchronized (idleLock) {
                        if (!doneSent && (newMail || left <= 0)) {
                            sendDone();
                        }
                        ending = doneSent;
                    }
                    if (!ending || !ended) {
                        // What comes after DONE is one answer, however many lines a server makes of it.
                        wire.startCommand();
                        ended = ending;
                    }
                    if (wire.await(ending ? END_OF_IDLE : Duration.ofNanos(left))) {
                        answer = read(tag, new Untagged(), false);
                    } else if (ending && isDoneSent()) {
                        throw new SocketTimeoutException("no answer to DONE");
                    }
                }
                if (!answer.isOk()) {
                    throw new MailboxException(Kind.REFUSED, "The server ends IDLE: " + answer.text(), null);
                }
                return newMail;
            } finally {
                synchronized (idleLock) {
                    idling = false;
                    woken = false;
                }
            }
        });
    }

    @Override
    public void wake() {
        synchronized (idleLock) {
            woken = true;
            if (idling) {
                try {
                    sendDone();
                } catch (IOException failed) {
                    // Whoever waits finds out by himself.
                    wire.abort();
                }
            }
        }
    }

    private boolean isDoneSent() {
        synchronized (idleLock) {
            return doneSent;
        }
    }

    private void sendDone() throws IOException {
        synchronized (idleLock) {
            if (!doneSent) {
                doneSent = true;
                wire.write(line("DONE"));
            }
        }
    }

    @Override
    public void abort() {
        wire.abort();
    }

    @Override
    public void close() {
        if (!broken) {
            broken = true;
            try {
                wire.write(line(nextTag() + " LOGOUT"));
            } catch (IOException ignored) {
                // The server notices by itself.
            }
        }
        wire.close();
    }

    // ---------------------------------------------------------------------------------------------- commands

    private void command(String command, Untagged untagged) throws MailboxException {
        String name = name(command);
        attempt(name, () -> accepted(name, untilAnswer(send(command), untagged, false)));
    }

    /** Reads the answer to what was asked ahead. */
    private void await(Ahead asked, Untagged untagged) throws MailboxException {
        String name = name(asked.command());
        attempt(name, () -> {
            wire.startCommand();
            return accepted(name, untilAnswer(asked.tag(), untagged, false));
        });
    }

    private static Answer accepted(String name, Answer answer) throws MailboxException {
        if (!answer.isOk()) {
            throw new MailboxException(
                    Kind.REFUSED, "The server refuses " + name + ": " + answer.word() + " " + answer.text(), null);
        }
        return answer;
    }

    private String send(String command) throws IOException {
        Ahead asked = ahead;
        if (asked != null) {
            // Something else is wanted than was foreseen.
            ahead = null;
            wire.startCommand();
            untilAnswer(asked.tag(), new Untagged(), false);
        }
        wire.startCommand();
        codes.clear();
        String tag = nextTag();
        wire.write(line(tag + " " + command));
        return tag;
    }

    private Answer untilAnswer(String tag, Untagged untagged, boolean continuationWanted) throws IOException {
        while (true) {
            Answer answer = read(tag, untagged, continuationWanted);
            if (answer != null) {
                return answer;
            }
        }
    }

    /** Reads one response; returns it when it is the answer waited for, and null when it was something on the way. */
    private @Nullable Answer read(String tag, Untagged untagged, boolean continuationWanted) throws IOException {
        switch (reader.peek()) {
            case '*' -> {
                reader.next();
                reader.skipBlanks();
                readUntagged(untagged);
                return null;
            }
            case '+' -> {
                reader.next();
                String text = reader.text();
                return continuationWanted ? new Answer("+", "", text) : null;
            }
            default -> {
                String found = reader.atom();
                if (!found.equals(tag)) {
                    throw new ImapSyntaxException("an answer to a command that was not given");
                }
                reader.skipBlanks();
                return answer(reader.atom());
            }
        }
    }

    private void readUntagged(Untagged untagged) throws IOException {
        String word = reader.atom();
        reader.skipBlanks();
        if (word.chars().allMatch(character -> character >= '0' && character <= '9')) {
            readMessageData(positive(word), reader.atom(), untagged);
            return;
        }
        switch (word) {
            case "OK", "NO", "BAD" -> {
                String[] code = answer(word).code().split(" ", 2);
                if (codes.size() < MOST_CODES) {
                    codes.put(code[0], code.length == 2 ? code[1] : "");
                }
            }
            case "BYE" -> throw new ServerSaidGoodbye(reader.text());
            case "CAPABILITY" -> rememberCapabilities(reader.text());
            case "SEARCH" -> untagged.search();
            case "QUOTA" -> untagged.quota();
            default -> reader.skipResponse();
        }
    }

    private void readMessageData(long number, String word, Untagged untagged) throws IOException {
        switch (word) {
            case "EXISTS" -> {
                newMail |= number > exists;
                exists = number;
                reader.skipResponse();
            }
            case "EXPUNGE" -> {
                exists = Math.max(0, exists - 1);
                reader.skipResponse();
            }
            case "FETCH" -> {
                reader.skipBlanks();
                untagged.fetch();
            }
            default -> reader.skipResponse();
        }
    }

    /** Reads the rest of a status response: {@code [CODE] text}. */
    private Answer answer(String word) throws IOException {
        String text = reader.text();
        String code = "";
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            code = text.substring(1, text.indexOf(']')).toUpperCase(Locale.ROOT);
            if (code.startsWith("CAPABILITY ")) {
                rememberCapabilities(code.substring("CAPABILITY ".length()));
                code = "CAPABILITY";
            }
        }
        return new Answer(word, code, text);
    }

    private void rememberCapabilities(String list) {
        capabilities =
                new HashSet<>(List.of(list.toUpperCase(Locale.ROOT).trim().split(" +")));
    }

    /** Does something with the connection, and says what failed if it does. */
    private <T> T attempt(String what, Step<T> step) throws MailboxException {
        if (broken) {
            throw new MailboxException(Kind.LOST, "The connection is broken", null);
        }
        boolean usable = false;
        try {
            T result = step.run();
            usable = true;
            return result;
        } catch (MailboxException failed) {
            usable = failed.connectionUsable();
            throw failed;
        } catch (ImapSyntaxException garbled) {
            throw new MailboxException(
                    Kind.GARBLED, "The server's answer to " + what + " is not IMAP: " + garbled.getMessage(), garbled);
        } catch (SSLException insecure) {
            throw TlsContext.failure(insecure);
        } catch (IOException lost) {
            throw new MailboxException(Kind.LOST, "The connection was lost during " + what + ": " + reason(lost), lost);
        } finally {
            broken |= !usable;
        }
    }

    private static String reason(IOException failure) {
        return failure instanceof SocketTimeoutException && "Read timed out".equals(failure.getMessage())
                ? "nothing came in time"
                : String.valueOf(failure.getMessage());
    }

    private String nextTag() {
        return "A" + ++tags;
    }

    private static byte[] line(String text) {
        return (text + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String name(String command) {
        String[] words = command.split(" ", 3);
        return words[0].equals("UID") ? words[0] + " " + words[1] : words[0];
    }

    private static boolean isQuotable(String text) {
        return text.chars().allMatch(character -> character >= ' ' && character < 0x7F);
    }

    private static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static long positive(String digits) {
        try {
            return Math.max(0, Long.parseLong(digits.trim()));
        } catch (NumberFormatException notOne) {
            return 0;
        }
    }

    private static Set<Long> boxed(long[] uids) {
        Set<Long> boxed = new HashSet<>(uids.length * 2);
        for (long uid : uids) {
            boxed.add(uid);
        }
        return boxed;
    }

    /** What to do with the data that come before the answer; nothing by default. */
    private class Untagged {
        void fetch() throws IOException {
            reader.skipResponse();
        }

        void search() throws IOException {
            reader.skipResponse();
        }

        void quota() throws IOException {
            reader.skipResponse();
        }
    }

    /** A command that was sent and whose answer was not read yet. */
    private record Ahead(String command, String tag) {}

    private interface Step<T> {
        T run() throws IOException, MailboxException;
    }

    /**
     * A tagged answer, a continuation request or an untagged status.
     *
     * @param word OK, NO, BAD or +
     * @param code the response code in upper case, without its brackets; empty when there is none
     * @param text everything after the word, safe to log
     */
    private record Answer(String word, String code, String text) {
        boolean isOk() {
            return word.equals("OK");
        }

        boolean isContinuation() {
            return word.equals("+");
        }
    }

    /** The server ends the connection on its own. */
    private static final class ServerSaidGoodbye extends IOException {
        private static final long serialVersionUID = 1L;

        ServerSaidGoodbye(String text) {
            super("the server took leave: " + text);
        }
    }
}
