package io.github.pecmailproxy.internal.smtp;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;

/**
 * A socket that bounds what a server may say until the login is done: the mail library, which reads until then, keeps a reply in memory
 * however long it is. Used by one thread at a time.
 */
final class LoginSocket extends Socket {
    /** Greeting, EHLO, certificates and login together take some 10 kB. */
    private static final long MOST = 256 * 1024;

    private long left = MOST;
    private boolean bounded = true;

    /** Creates a socket that is not connected. */
    LoginSocket() {}

    private LoginSocket(ConnectedImpl connected) throws SocketException {
        super(connected);
    }

    /** Bounds a socket that is connected: for TLS from the first byte, the mail library creates the socket below itself. */
    static LoginSocket over(Socket connected) throws IOException {
        LoginSocket socket = new LoginSocket(new ConnectedImpl(connected));
        socket.connect(connected.getRemoteSocketAddress());
        return socket;
    }

    /** Lifts the bound. */
    void loggedIn() {
        bounded = false;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Bounded(super.getInputStream());
    }

    private void count(int octets) throws ProtocolException {
        left -= Math.max(0, octets);
        if (bounded && left < 0) {
            throw new ProtocolException("the server says too much before the login");
        }
    }

    private final class Bounded extends FilterInputStream {
        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            count(octet < 0 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int octets = super.read(into, offset, length);
            count(octets);
            return octets;
        }
    }
}
