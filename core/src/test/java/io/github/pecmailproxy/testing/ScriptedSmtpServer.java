package io.github.pecmailproxy.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP server that does at each step what the test says: answer, answer and hang up, hang up, or stall until it is released. By
 * default it accepts everything. Everything it got can be looked at.
 */
public final class ScriptedSmtpServer implements AutoCloseable {
    /** What is kept of a message. */
    private enum Keeping {
        BYTES,
        HASH
    }

    /** Where a script can intervene. */
    public enum Step {
        CONNECT,
        GREETING,
        EHLO,
        HELO,
        STARTTLS,
        HANDSHAKE,
        AUTH,
        MAIL,
        RCPT,
        DATA,
        CONTENT,
        DOT,
        RSET,
        NOOP,
        QUIT
    }

    /** What to do at a step. */
    public sealed interface Reaction {
        /** Says something, without regard to what it means. */
        record Say(String text) implements Reaction {}

        /** Says something and hangs up. */
        record SayAndHangUp(String text) implements Reaction {}

        /** Hangs up. */
        record HangUp() implements Reaction {}

        /** Does nothing until the server is closed. */
        record Stall() implements Reaction {}

        /** Does what it would do without a script. */
        record Usual() implements Reaction {}
    }

    /** Answers with one line. */
    public static Reaction say(String line) {
        return new Reaction.Say(line + "\r\n");
    }

    private final ServerSocket listener;
    private final Thread listening;
    private final @Nullable SSLContext tls;
    private final boolean implicitTls;
    private final Map<Step, Function<String, Reaction>> script = new ConcurrentHashMap<>();
    private final Set<String> extensions = ConcurrentHashMap.newKeySet();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<byte[]> messages = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger closedByClient = new AtomicInteger();
    private final AtomicInteger unfinishedContents = new AtomicInteger();
    private volatile Keeping keeping = Keeping.BYTES;
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch stalled = new CountDownLatch(1);

    private ScriptedSmtpServer(@Nullable SSLContext tls, boolean implicitTls) {
        this.tls = tls;
        this.implicitTls = implicitTls;
        extensions.addAll(List.of("SIZE 100000000", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN"));
        if (tls != null && !implicitTls) {
            extensions.add("STARTTLS");
        }
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        listening = start("scripted-smtp", this::listen);
    }

    /** Starts a server without TLS. */
    public static ScriptedSmtpServer plain() {
        return new ScriptedSmtpServer(null, false);
    }

    /** Starts a server with TLS from the first byte. */
    public static ScriptedSmtpServer implicitTls(TestCertificate certificate) {
        return new ScriptedSmtpServer(certificate.serverContext(), true);
    }

    /** Starts a server that offers STARTTLS. */
    public static ScriptedSmtpServer startTls(TestCertificate certificate) {
        return new ScriptedSmtpServer(certificate.serverContext(), false);
    }

    /** Offers an extension in answer to EHLO. */
    public ScriptedSmtpServer offer(String extension) {
        extensions.add(extension);
        return this;
    }

    /** Does not offer an extension. */
    public ScriptedSmtpServer withhold(String extension) {
        extensions.removeIf(offered -> offered.startsWith(extension));
        return this;
    }

    /** Does the same at every such step. */
    public ScriptedSmtpServer on(Step step, Reaction reaction) {
        return on(step, argument -> reaction);
    }

    /** Does what a function of the command line says. */
    public ScriptedSmtpServer on(Step step, Function<String, Reaction> reaction) {
        script.put(step, reaction);
        return this;
    }

    /** Does something at the first such step only. */
    public ScriptedSmtpServer once(Step step, Reaction reaction) {
        AtomicInteger count = new AtomicInteger();
        return on(step, argument -> count.getAndIncrement() == 0 ? reaction : new Reaction.Usual());
    }

    /** Keeps of each message only its SHA-256, as hex digits: for messages that are too large to keep. */
    public ScriptedSmtpServer keepHashesOnly() {
        keeping = Keeping.HASH;
        return this;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The command lines received on all connections. */
    public List<String> commands() {
        return commands;
    }

    /** The messages received up to their final dot, transparency undone. */
    public List<byte[]> messages() {
        return messages;
    }

    /** How many connections were opened. */
    public int connections() {
        return connections.get();
    }

    /** How many connections are open now. */
    public int openConnections() {
        return open.size();
    }

    /** How many connections the client ended by QUIT or by closing. */
    public int closedByClient() {
        return closedByClient.get();
    }

    /** How many contents ended without a dot. */
    public int unfinishedContents() {
        return unfinishedContents.get();
    }

    /** Tells whether a step has come at which to stall. */
    public boolean isStalling() {
        return stalled.getCount() == 0;
    }

    /** Lets what stalls go on, as if the step had no script. */
    public void release() {
        release.countDown();
    }

    /** Hangs up all connections. */
    public void hangUp() {
        open.forEach(ScriptedSmtpServer::closeQuietly);
    }

    @Override
    public void close() {
        release.countDown();
        closeQuietly(listener);
        try {
            // Until the thread is out of it, the operating system still accepts connections.
            listening.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        hangUp();
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                var unused = start("scripted-smtp-connection", () -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket accepted) {
        Socket socket = accepted;
        try {
            if (implicitTls) {
                if (!react(socket, Step.HANDSHAKE, "")) {
                    return;
                }
                socket = encrypt(socket);
            }
            converse(socket);
        } catch (IOException gone) {
            closedByClient.incrementAndGet();
        } finally {
            closeQuietly(socket);
            closeQuietly(accepted);
            open.remove(accepted);
        }
    }

    private void converse(Socket first) throws IOException {
        Socket socket = first;
        InputStream in = new BufferedInputStream(socket.getInputStream());
        if (!answer(socket, Step.GREETING, "", "220 scripted ESMTP")) {
            return;
        }
        boolean challenged = false;
        for (String line = readLine(in); line != null; line = readLine(in)) {
            commands.add(line);
            String verb = challenged ? "AUTH" : line.toUpperCase(Locale.ROOT).split("[ :]", 2)[0];
            switch (verb) {
                case "EHLO" -> {
                    if (!answer(socket, Step.EHLO, line, greeting(socket))) {
                        return;
                    }
                }
                case "STARTTLS" -> {
                    if (!answer(socket, Step.STARTTLS, line, "220 2.0.0 go") || !react(socket, Step.HANDSHAKE, "")) {
                        return;
                    }
                    if (tls == null) {
                        return;
                    }
                    socket = encrypt(socket);
                    in = new BufferedInputStream(socket.getInputStream());
                }
                case "AUTH" -> {
                    Reaction reaction = reaction(Step.AUTH, line);
                    if (!perform(socket, reaction, "235 2.7.0 welcome")) {
                        return;
                    }
                    challenged =
                            reaction instanceof Reaction.Say say && say.text().startsWith("334");
                }
                case "DATA" -> {
                    Reaction reaction = reaction(Step.DATA, line);
                    if (!perform(socket, reaction, "354 go on")) {
                        return;
                    }
                    boolean goesOn = reaction instanceof Reaction.Usual
                            || reaction instanceof Reaction.Stall
                            || (reaction instanceof Reaction.Say say
                                    && say.text().startsWith("354"));
                    if (goesOn && !receive(socket, in)) {
                        return;
                    }
                }
                case "QUIT" -> {
                    answer(socket, Step.QUIT, line, "221 2.0.0 bye");
                    closedByClient.incrementAndGet();
                    return;
                }
                default -> {
                    Step step;
                    try {
                        step = Step.valueOf(verb);
                    } catch (IllegalArgumentException unknown) {
                        write(socket, "500 5.5.1 what?\r\n");
                        continue;
                    }
                    if (!answer(socket, step, line, "250 2.0.0 ok")) {
                        return;
                    }
                }
            }
        }
        closedByClient.incrementAndGet();
    }

    private boolean receive(Socket socket, InputStream in) throws IOException {
        if (!react(socket, Step.CONTENT, "")) {
            return false;
        }
        boolean whole = keeping == Keeping.BYTES;
        MessageDigest digest = sha256();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] line = readRawLine(in);
        while (line != null && !(line.length == 3 && line[0] == '.')) {
            int start = line[0] == '.' ? 1 : 0;
            digest.update(line, start, line.length - start);
            if (whole) {
                content.write(line, start, line.length - start);
            }
            line = readRawLine(in);
        }
        if (line == null) {
            unfinishedContents.incrementAndGet();
            return false;
        }
        messages.add(
                whole
                        ? content.toByteArray()
                        : HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII));
        return answer(socket, Step.DOT, "", "250 2.0.0 taken as 4711");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String greeting(Socket socket) {
        StringBuilder lines = new StringBuilder("250-scripted");
        for (String extension : extensions) {
            boolean done = extension.equals("STARTTLS") && socket instanceof SSLSocket;
            if (!done) {
                lines.append("\r\n250-").append(extension);
            }
        }
        return lines.append("\r\n250 HELP").toString();
    }

    private boolean answer(Socket socket, Step step, String line, String usual) throws IOException {
        return perform(socket, reaction(step, line), usual);
    }

    private boolean react(Socket socket, Step step, String line) throws IOException {
        return perform(socket, reaction(step, line), "");
    }

    private Reaction reaction(Step step, String line) {
        return script.getOrDefault(step, argument -> new Reaction.Usual()).apply(line);
    }

    /** Returns whether the conversation goes on. */
    private boolean perform(Socket socket, Reaction reaction, String usual) throws IOException {
        if (reaction instanceof Reaction.Say say) {
            write(socket, say.text());
            return true;
        }
        if (reaction instanceof Reaction.SayAndHangUp last) {
            write(socket, last.text());
            return false;
        }
        if (reaction instanceof Reaction.HangUp) {
            return false;
        }
        if (reaction instanceof Reaction.Stall) {
            stalled.countDown();
            try {
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        if (!usual.isEmpty()) {
            write(socket, usual + "\r\n");
        }
        return true;
    }

    private Socket encrypt(Socket socket) throws IOException {
        if (tls == null) {
            throw new IllegalStateException("no certificate");
        }
        SSLSocket encrypted = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
        encrypted.setUseClientMode(false);
        encrypted.startHandshake();
        return encrypted;
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        byte[] line = readRawLine(in);
        return line == null ? null : new String(line, 0, line.length - 2, StandardCharsets.UTF_8);
    }

    /** Reads up to CRLF, and nothing else ends a line. */
    private static byte @Nullable [] readRawLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int previous = -1;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            line.write(octet);
            if (octet == '\n' && previous == '\r') {
                return line.toByteArray();
            }
            previous = octet;
        }
        return null;
    }

    private static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception gone) {
            // Gone is what it was to be.
            return;
        }
    }
}
