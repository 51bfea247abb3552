package io.github.pecmailproxy.internal.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Gives the mail library the sockets it asks for, and keeps hold of them. For one connection; not thread-safe. */
final class SocketTap {
    private final SSLSocketFactory tls;
    private final SocketGuard guard;
    private Runnable encryption = () -> {};
    private @Nullable Socket socket;
    private @Nullable LoginSocket bounded;

    SocketTap(SSLSocketFactory tls, SocketGuard guard) {
        this.tls = tls;
        this.guard = guard;
    }

    /** Asks to be told when TLS begins. */
    void onEncryption(Runnable listener) {
        encryption = listener;
    }

    /** The connection as it is used, with TLS where there is TLS; null before there is one. */
    @Nullable
    Socket socket() {
        return socket;
    }

    /** Lifts what bounds the server until the login is done. */
    void loggedIn() {
        LoginSocket lowest = bounded;
        if (lowest != null) {
            lowest.loggedIn();
        }
    }

    SocketGuard guard() {
        return guard;
    }

    SocketFactory plainFactory() {
        return new PlainTap();
    }

    SSLSocketFactory tlsFactory() {
        return new TlsTap();
    }

    private Socket plain() {
        LoginSocket created = new LoginSocket();
        guard.watch(created);
        socket = created;
        bounded = created;
        return created;
    }

    private Socket encrypted(Socket lowest, String host, int port, boolean autoClose) throws IOException {
        guard.watch(lowest);
        socket = lowest;
        encryption.run();
        Socket below = lowest;
        if (bounded == null) {
            LoginSocket created = LoginSocket.over(lowest);
            bounded = created;
            below = created;
        }
        Socket created = tls.createSocket(below, host, port, autoClose);
        socket = created;
        return created;
    }

    private final class PlainTap extends SocketFactory {
        @Override
        public Socket createSocket() {
            return plain();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw unexpected();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw unexpected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw unexpected();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw unexpected();
        }
    }

    private final class TlsTap extends SSLSocketFactory {
        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket(Socket lowest, String host, int port, boolean autoClose) throws IOException {
            return encrypted(lowest, host, port, autoClose);
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw unexpected();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw unexpected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw unexpected();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw unexpected();
        }
    }

    /** The library connects sockets itself; were it to change that, no connection is better than one nobody watches. */
    private static IllegalStateException unexpected() {
        return new IllegalStateException("the mail library asked for a connected socket");
    }
}
