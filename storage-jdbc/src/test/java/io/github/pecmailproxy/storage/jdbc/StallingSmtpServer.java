package io.github.pecmailproxy.storage.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** An SMTP server on loopback that takes so many messages and then leaves every final dot unanswered. */
final class StallingSmtpServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> recipients = new CopyOnWriteArrayList<>();
    private final List<String> unanswered = new CopyOnWriteArrayList<>();
    private final AtomicInteger answersLeft;
    private final CountDownLatch stalled;

    StallingSmtpServer(int answers, int connections) throws IOException {
        answersLeft = new AtomicInteger(answers);
        stalled = new CountDownLatch(connections);
        start(this::listen);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns the recipients of every message whose transmission was begun. */
    List<String> recipients() {
        return recipients;
    }

    /** Returns the recipients of the messages whose final dot was left unanswered. */
    List<String> unanswered() {
        return unanswered;
    }

    /** Waits until as many connections as were expected have their final dot unanswered. */
    void awaitStall() throws InterruptedException {
        stalled.await();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                start(() -> converse(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void converse(Socket accepted) {
        try (Socket socket = accepted;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            say(socket, "220 stalling");
            boolean content = false;
            String recipient = "";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String command = line.toUpperCase(Locale.ROOT);
                if (content) {
                    content = !line.equals(".");
                    if (!content) {
                        answerOrStall(socket, recipient);
                    }
                } else if (command.startsWith("DATA")) {
                    content = true;
                    say(socket, "354 go on");
                } else {
                    if (command.startsWith("RCPT")) {
                        recipient = line.replaceAll("^[^<]*<|>.*$", "");
                        recipients.add(recipient);
                    }
                    say(socket, "250 ok");
                }
            }
        } catch (IOException gone) {
            // The client was killed, or is done.
            return;
        }
    }

    private void answerOrStall(Socket socket, String recipient) throws IOException {
        if (answersLeft.getAndDecrement() > 0) {
            say(socket, "250 taken");
        } else {
            unanswered.add(recipient);
            stalled.countDown();
        }
    }

    private static void say(Socket socket, String line) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "stalling-smtp");
        thread.setDaemon(true);
        thread.start();
    }
}
