package io.github.pecmailproxy.internal.imap;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between client and server; cuts the line in the middle of what a server says, or lets it go silent. */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile @Nullable String cutAfter;
    private volatile int cutBytes;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();

    CuttingProxy(int target) {
        this(target, "127.0.0.1");
    }

    CuttingProxy(int target, String address) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getByName(address));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    int cuts() {
        return cuts.get();
    }

    /** Cuts once: when the client has sent the command, after some bytes of the answer. */
    void cutOnce(String command, int bytesOfAnswer) {
        cutBytes = bytesOfAnswer;
        cutAfter = command;
    }

    /** From now on nothing comes through on the connections there are, and none of them is closed. New ones work. */
    void silencePresentConnections() {
        lines.forEach(line -> line.dead = true);
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Line line = new Line(client, server);
                lines.add(line);
                daemon(() -> line.fromClient());
                daemon(() -> line.fromServer());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        sockets.forEach(CuttingProxy::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception ignored) {
            // It is closed.
        }
    }

    private final class Line {
        private final Socket client;
        private final Socket server;
        private volatile boolean dead;
        private final AtomicInteger bytesLeft = new AtomicInteger(-1);

        Line(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void fromClient() {
            byte[] buffer = new byte[8192];
            try {
                InputStream input = client.getInputStream();
                OutputStream output = server.getOutputStream();
                int count = input.read(buffer);
                while (count >= 0) {
                    String said = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                    String command = cutAfter;
                    if (command != null && said.contains(command)) {
                        cutAfter = null;
                        bytesLeft.set(cutBytes);
                        cuts.incrementAndGet();
                        if (cutBytes == 0) {
                            hangUp();
                            return;
                        }
                    }
                    if (!dead) {
                        output.write(buffer, 0, count);
                        output.flush();
                    }
                    count = input.read(buffer);
                }
            } catch (IOException ended) {
                // Somebody hung up.
            }
            hangUp();
        }

        void fromServer() {
            byte[] buffer = new byte[8192];
            try {
                InputStream input = server.getInputStream();
                OutputStream output = client.getOutputStream();
                int count = input.read(buffer);
                while (count >= 0) {
                    int left = bytesLeft.get();
                    int through = left < 0 ? count : Math.min(count, left);
                    if (!dead) {
                        output.write(buffer, 0, through);
                        output.flush();
                    }
                    if (left >= 0 && bytesLeft.addAndGet(-through) == 0) {
                        hangUp();
                        return;
                    }
                    count = input.read(buffer);
                }
            } catch (IOException ended) {
                // Somebody hung up.
            }
            if (!dead) {
                hangUp();
            }
        }

        private void hangUp() {
            closeQuietly(client);
            closeQuietly(server);
        }
    }
}
