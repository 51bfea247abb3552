package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One SMTP conversation (RFC 5321, RFC 6409). Used by one thread. */
final class SmtpSession implements ServerSession {
    private static final Pattern PATH = Pattern.compile("(?i)(?:FROM|TO):\\s*<([^>]*)>\\s*(.*)");
    private static final Pattern SIZE = Pattern.compile("(?i)\\bSIZE=(\\d{1,18})\\b");

    private final Wire wire;
    private final SmtpSettings settings;
    private final PostOffice office;
    private final FaultScript script;
    private final Transcript transcript;
    private final CountDownLatch closed;
    private final long number;
    private @Nullable MailAccount account;
    private @Nullable String sender;
    private final List<String> recipients = new ArrayList<>();
    private String clientName = "unknown";

    SmtpSession(
            Wire wire,
            SmtpSettings settings,
            PostOffice office,
            FaultScript script,
            Transcript transcript,
            CountDownLatch closed) {
        this.wire = wire;
        this.settings = settings;
        this.office = office;
        this.script = script;
        this.transcript = transcript;
        this.closed = closed;
        this.number = transcript.connected();
    }

    @Override
    public void run() throws IOException, InterruptedException {
        if (intercepted(SmtpPhase.GREETING, "")) {
            return;
        }
        send("220 " + settings.hostName() + " ESMTP PEC sandbox");
        while (true) {
            String line = wire.readLine();
            int space = line.indexOf(' ');
            String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
            String argument = space < 0 ? "" : line.substring(space + 1).trim();
            transcript.command(verb);
            transcript.client(number, verb.equals("AUTH") ? "AUTH " + argument.split(" ", 2)[0] + " ***" : line);
            if (!obey(verb, argument)) {
                return;
            }
        }
    }

    /** Returns false when the conversation is over. */
    private boolean obey(String verb, String argument) throws IOException, InterruptedException {
        Optional<SmtpPhase> phase = phase(verb);
        if (phase.isPresent() && intercepted(phase.get(), argument)) {
            return true;
        }
        switch (verb) {
            case "EHLO" -> ehlo(argument);
            case "HELO" -> {
                clientName = argument;
                reset();
                send("250 " + settings.hostName());
            }
            case "STARTTLS" -> startTls();
            case "AUTH" -> auth(argument);
            case "MAIL" -> mail(argument);
            case "RCPT" -> rcpt(argument);
            case "DATA" -> data();
            case "RSET" -> {
                reset();
                send("250 2.0.0 reset");
            }
            case "NOOP" -> send("250 2.0.0 ok");
            case "VRFY" -> send("252 2.5.2 send some mail and see");
            case "QUIT" -> {
                send("221 2.0.0 goodbye");
                return false;
            }
            default -> send("500 5.5.2 unknown command");
        }
        return true;
    }

    private static Optional<SmtpPhase> phase(String verb) {
        return switch (verb) {
            case "EHLO", "HELO" -> Optional.of(SmtpPhase.EHLO);
            case "STARTTLS" -> Optional.of(SmtpPhase.STARTTLS);
            case "AUTH" -> Optional.of(SmtpPhase.AUTH);
            case "MAIL" -> Optional.of(SmtpPhase.MAIL);
            case "RCPT" -> Optional.of(SmtpPhase.RCPT);
            case "DATA" -> Optional.of(SmtpPhase.DATA);
            case "RSET" -> Optional.of(SmtpPhase.RSET);
            case "QUIT" -> Optional.of(SmtpPhase.QUIT);
            default -> Optional.empty();
        };
    }

    /** Returns true when the script answered in place of the server. */
    private boolean intercepted(SmtpPhase phase, String argument) throws IOException, InterruptedException {
        Optional<Reaction> reaction = script.next(phase.name(), argument);
        if (reaction.isEmpty()) {
            return false;
        }
        return react(reaction.get());
    }

    private boolean react(Reaction reaction) throws IOException, InterruptedException {
        if (reaction instanceof Reaction.Reply reply) {
            send(reply.line());
            if (reply.line().startsWith("421")) {
                throw new ConnectionDropped();
            }
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

    private void ehlo(String argument) throws IOException {
        if (argument.isEmpty()) {
            send("501 5.5.4 a name is missing");
            return;
        }
        clientName = argument;
        reset();
        List<String> lines = new ArrayList<>();
        lines.add(settings.hostName());
        if (settings.pipelining()) {
            lines.add("PIPELINING");
        }
        lines.add("SIZE " + settings.maximumSize());
        lines.add("8BITMIME");
        lines.add("ENHANCEDSTATUSCODES");
        if (!wire.isSecure()) {
            lines.add("STARTTLS");
        }
        lines.add("AUTH PLAIN LOGIN XOAUTH2");
        for (int i = 0; i < lines.size(); i++) {
            String text = "250" + (i < lines.size() - 1 ? "-" : " ") + lines.get(i);
            transcript.server(number, text);
            wire.write(text + "\r\n");
        }
        wire.flush();
    }

    private void startTls() throws IOException {
        if (wire.isSecure()) {
            send("503 5.5.1 already using TLS");
            return;
        }
        send("220 2.0.0 go ahead");
        wire.startTls(settings.tls());
        // RFC 3207 section 4.2: nothing learnt in the clear counts any more
        account = null;
        reset();
    }

    private void auth(String argument) throws IOException {
        if (account != null) {
            send("503 5.5.1 already authenticated");
            return;
        }
        String[] pieces = argument.split(" ", 2);
        Optional<String> initial = pieces.length == 2 ? Optional.of(pieces[1].trim()) : Optional.empty();
        switch (pieces[0].toUpperCase(Locale.ROOT)) {
            case "PLAIN" -> judge(Credentials.plain(initial.isPresent() ? initial.get() : challenge("")));
            case "LOGIN" -> {
                String user = initial.isPresent() ? initial.get() : challenge("Username:");
                String password = challenge("Password:");
                judge(Credentials.decode(user)
                        .flatMap(name -> Credentials.decode(password).map(secret -> new Credentials(name, secret))));
            }
            case "XOAUTH2" -> {
                Optional<Credentials> credentials =
                        Credentials.xoauth2(initial.isPresent() ? initial.get() : challenge(""));
                if (credentials.flatMap(this::accountOf).isEmpty()) {
                    // the mechanism sends its error as a challenge that the client must answer
                    challenge("{\"status\":\"401\",\"schemes\":\"bearer\"}");
                }
                judge(credentials);
            }
            default -> send("504 5.5.4 unknown mechanism");
        }
    }

    private String challenge(String text) throws IOException {
        send("334 " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        String answer = wire.readLine();
        transcript.client(number, "***");
        return answer;
    }

    private void judge(Optional<Credentials> credentials) throws IOException {
        Optional<MailAccount> found = credentials.flatMap(this::accountOf);
        if (found.isPresent()) {
            account = found.get();
            send("235 2.7.0 authenticated");
        } else {
            send("535 5.7.8 authentication failed");
        }
    }

    private Optional<MailAccount> accountOf(Credentials credentials) {
        return office.account(credentials.user()).filter(candidate -> candidate.accepts(credentials.secret()));
    }

    private void mail(String argument) throws IOException {
        MailAccount authenticated = account;
        Matcher path = PATH.matcher(argument);
        if (authenticated == null) {
            send("530 5.7.0 authentication required");
        } else if (sender != null) {
            send("503 5.5.1 sender already given");
        } else if (!path.matches() || !argument.toUpperCase(Locale.ROOT).startsWith("FROM:")) {
            send("501 5.5.4 MAIL FROM:<address> expected");
        } else if (declaredSize(path.group(2)) > settings.maximumSize()) {
            send("552 5.3.4 message too big, the limit is " + settings.maximumSize() + " bytes");
        } else if (settings.refusesOtherSenders()
                && !MailAddresses.key(path.group(1)).equals(MailAddresses.key(authenticated.address()))) {
            send("553 5.7.1 <" + path.group(1) + ">: Sender address rejected: not owned by user "
                    + authenticated.address());
        } else {
            sender = path.group(1);
            send("250 2.1.0 ok");
        }
    }

    private static long declaredSize(String parameters) {
        Matcher size = SIZE.matcher(parameters);
        return size.find() ? Long.parseLong(size.group(1)) : 0;
    }

    private void rcpt(String argument) throws IOException {
        Matcher path = PATH.matcher(argument);
        if (sender == null) {
            send("503 5.5.1 MAIL first");
        } else if (!path.matches() || !argument.toUpperCase(Locale.ROOT).startsWith("TO:")) {
            send("501 5.5.4 RCPT TO:<address> expected");
        } else if (!MailAddresses.isValid(path.group(1))) {
            send("501 5.1.3 <" + path.group(1) + ">: bad recipient address");
        } else if (recipients.size() >= settings.maximumRecipients()) {
            send("452 4.5.3 too many recipients");
        } else {
            // a mailbox named twice gets the message, and is spoken of, once
            String key = MailAddresses.key(path.group(1));
            if (recipients.stream().map(MailAddresses::key).noneMatch(key::equals)) {
                recipients.add(path.group(1));
            }
            send("250 2.1.5 ok");
        }
    }

    private void data() throws IOException, InterruptedException {
        MailAccount authenticated = account;
        String reversePath = sender;
        if (authenticated == null || reversePath == null || recipients.isEmpty()) {
            send("503 5.5.1 MAIL and RCPT first");
            return;
        }
        send("354 end with a single dot");
        Optional<Reaction> midway = script.next(SmtpPhase.CONTENT.name(), "");
        if (midway.isPresent()) {
            wire.awaitInput();
            react(midway.get());
        }
        Wire.Content content = wire.readMessage(settings.maximumSize());
        transcript.client(number, "(" + content.size() + " bytes of content, final dot)");
        Optional<Reaction> reaction = script.next(SmtpPhase.FINAL_DOT.name(), String.join(" ", recipients));
        boolean dropsAfter =
                reaction.filter(Reaction.ObeyThenDrop.class::isInstance).isPresent();
        if (reaction.isPresent() && !dropsAfter && react(reaction.get())) {
            reset();
            return;
        }
        if (content.size() > settings.maximumSize()) {
            reset();
            send("552 5.3.4 message too big, the limit is " + settings.maximumSize() + " bytes");
            return;
        }
        Submission submission =
                new Submission(authenticated, reversePath, List.copyOf(recipients), content.bytes(), clientName);
        reset();
        AcceptedMessage taken;
        try {
            taken = office.submit(submission);
        } catch (UncheckedIOException notWritten) {
            requireOpen();
            send("452 4.3.1 cannot store the message: " + notWritten.getMessage());
            return;
        }
        if (dropsAfter) {
            transcript.server(number, "(message taken, connection dropped)");
            throw new ConnectionDropped();
        }
        send("250 2.0.0 ok: queued as " + taken.identifier());
    }

    private void reset() {
        sender = null;
        recipients.clear();
    }

    private void send(String line) throws IOException {
        transcript.server(number, line);
        wire.sendLine(line);
    }
}
