package io.github.pecmailproxy.internal.imap;

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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Says what a test tells it to, on one connection. A script line that begins with {@code C:} is what the client must say, with
 * {@code TAG} for the tag it chose; any other line is said, {@code TAG} standing for the client's last tag and a final {@code \}
 * for no line end.
 */
final class ScriptedImapServer implements AutoCloseable {
    private final ServerSocket listener;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final Thread thread;

    ScriptedImapServer(String... script) {
        try {
            listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        thread = new Thread(() -> run(List.of(script)), "scripted-imap");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns what the client said, tags left out. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    /** Returns what the client should have said and did not. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    private void run(List<String> script) {
        try (Socket client = listener.accept()) {
            InputStream input = new BufferedInputStream(client.getInputStream());
            OutputStream output = client.getOutputStream();
            String tag = "";
            for (String line : script) {
                if (line.startsWith("C:")) {
                    String said = readLine(input);
                    String expected = line.substring(2).trim();
                    if (expected.startsWith("TAG ")) {
                        tag = said.substring(0, Math.max(0, said.indexOf(' ')));
                        said = said.substring(said.indexOf(' ') + 1);
                        expected = expected.substring(4);
                    }
                    heard.add(said);
                    if (!said.equals(expected)) {
                        faults.add("expected [" + expected + "], heard [" + said + "]");
                    }
                } else {
                    String text = line.replace("TAG", tag);
                    text = text.endsWith("\\") ? text.substring(0, text.length() - 1) : text + "\r\n";
                    output.write(text.getBytes(StandardCharsets.ISO_8859_1));
                    output.flush();
                }
            }
            // Until the client leaves.
            input.transferTo(OutputStream.nullOutputStream());
        } catch (IOException ended) {
            // The client hung up, or the test is over.
        }
    }

    private static String readLine(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int value = input.read();
        while (value >= 0 && value != '\n') {
            if (value != '\r') {
                line.write(value);
            }
            value = input.read();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        thread.interrupt();
    }
}
