package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Listens on one port and gives each connection a thread of its own. Thread-safe. */
final class SocketServer implements AutoCloseable {
    /** Makes the conversation for a new connection. */
    interface SessionFactory {
        ServerSession create(Wire wire) throws IOException;
    }

    private static final int BACKLOG = 200;

    private final String name;
    private final ServerSocket listener;
    private final @Nullable SSLContext implicitTls;
    private final SessionFactory sessions;
    private final Set<Wire> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    /**
     * Starts to listen.
     *
     * @param implicitTls the context for TLS from the first byte, null for a plain start
     */
    SocketServer(String name, InetAddress address, int port, @Nullable SSLContext implicitTls, SessionFactory sessions)
            throws IOException {
        this.name = name;
        this.implicitTls = implicitTls;
        this.sessions = sessions;
        this.listener = listener(name, address, port);
        thread(name, this::listen).start();
    }

    private static ServerSocket listener(String name, InetAddress address, int port) throws IOException {
        try {
            return new ServerSocket(port, BACKLOG, address);
        } catch (IOException e) {
            throw new IOException("cannot listen for " + name + " on port " + port + ": " + e.getMessage(), e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Cuts every open connection without a word; new ones are welcome. */
    void dropConnections() {
        open.forEach(Wire::abort);
    }

    int openConnections() {
        return open.size();
    }

    @Override
    public void close() throws IOException {
        closing = true;
        listener.close();
        dropConnections();
    }

    private void listen() {
        while (!closing) {
            try {
                Socket socket = listener.accept();
                thread(name + "-" + socket.getPort(), () -> serve(socket)).start();
            } catch (IOException e) {
                // closing the listener is the way to stop; any other failed accept concerns one client only
            }
        }
    }

    private void serve(Socket socket) {
        try (Wire wire = new Wire(socket)) {
            open.add(wire);
            try {
                if (closing) {
                    return;
                }
                if (implicitTls != null) {
                    wire.startTls(implicitTls);
                }
                sessions.create(wire).run();
            } catch (ConnectionDropped | UncheckedIOException byOrder) {
                wire.abort();
            } finally {
                open.remove(wire);
            }
        } catch (IOException clientGone) {
            // a client may leave at any moment; the transcript shows how far it came
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, "pec-sandbox-" + name);
        thread.setDaemon(true);
        return thread;
    }
}
