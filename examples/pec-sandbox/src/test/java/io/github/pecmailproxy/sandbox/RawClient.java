package io.github.pecmailproxy.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A conversation by hand, for what a mail library would not say. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    RawClient(PecSandbox sandbox, int port) throws IOException {
        socket = new Socket(sandbox.host(), port);
        socket.setSoTimeout(20_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    /** Connects to plain SMTP, says EHLO and authenticates. */
    static RawClient submission(PecSandbox sandbox) throws IOException {
        RawClient client = new RawClient(sandbox, sandbox.smtpPort());
        client.reply();
        client.say("EHLO prova");
        client.say("AUTH PLAIN " + plain(TestClient.SENDER, TestClient.PASSWORD));
        return client;
    }

    /** Sends a message as it is, with any envelope; a mail library would strip Bcc and choose the reverse path itself. */
    static void submit(PecSandbox sandbox, String reversePath, String raw, String... recipients) throws IOException {
        try (RawClient client = submission(sandbox)) {
            client.say("MAIL FROM:<" + reversePath + ">");
            for (String recipient : recipients) {
                client.say("RCPT TO:<" + recipient + ">");
            }
            client.say("DATA");
            String answer = client.say(raw.replace("\r\n.", "\r\n..") + ".");
            if (answer == null || !answer.startsWith("250 ")) {
                throw new IOException("not taken: " + answer);
            }
        }
    }

    static String plain(String user, String password) {
        return Base64.getEncoder().encodeToString(("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Says a line and returns the last line of the reply, null when the connection is gone. */
    @Nullable
    String say(String line) throws IOException {
        write(line + "\r\n");
        return reply();
    }

    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** The last line of one SMTP reply. */
    @Nullable
    String reply() throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        return line;
    }

    /** The lines of one IMAP answer, the tagged one last; fewer when the connection is gone. */
    List<String> imap(String tag, String command) throws IOException {
        write(tag + " " + command + "\r\n");
        List<String> lines = new ArrayList<>();
        String line = in.readLine();
        while (line != null) {
            lines.add(line);
            if (line.startsWith(tag + " ")) {
                return lines;
            }
            line = in.readLine();
        }
        return lines;
    }

    @Nullable
    String line() throws IOException {
        return in.readLine();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
