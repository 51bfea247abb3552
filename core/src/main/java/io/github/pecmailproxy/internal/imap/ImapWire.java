package io.github.pecmailproxy.internal.imap;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Bytes to and from a server. Every read has a time limit, and a server that keeps a command going by a few bytes now and then is
 * given up, too, as is one whose answer does not end. One thread reads; writing and breaking are safe from any.
 */
final class ImapWire {
    private static final int BUFFER = 32 * 1024;
    private static final Duration SLOWNESS_ALLOWED = Duration.ofMinutes(2);
    private static final long SLOWEST_BYTES_PER_SECOND = 1024;
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(30);

    /** How many bytes may come in answer to one command: 1 GiB. */
    static final long LARGEST_ANSWER = 1024L * 1024 * 1024;

    private final Socket socket;
    private final String host;
    private final int readTimeoutMillis;
    private final long largestAnswer;
    private final byte[] buffer = new byte[BUFFER];
    private final Object writing = new Object();
    private Socket layered;
    private InputStream input;
    private OutputStream output;
    private int position;
    private int limit;
    private int timeoutMillis = -1;
    private long commandStarted = System.nanoTime();
    private long commandBytes;

    private ImapWire(Socket socket, String host, int readTimeoutMillis, long largestAnswer) throws IOException {
        this.socket = socket;
        this.layered = socket;
        this.host = host;
        this.readTimeoutMillis = readTimeoutMillis;
        this.largestAnswer = largestAnswer;
        this.input = socket.getInputStream();
        this.output = socket.getOutputStream();
    }

    static ImapWire connect(String host, int port, Duration connectTimeout, Duration readTimeout, long largestAnswer)
            throws IOException {
        IOException failure = null;
        // A host may have addresses that do not lead there, often of the other IP version.
        for (InetAddress address : InetAddress.getAllByName(bare(host))) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.setKeepAlive(true);
                socket.connect(new InetSocketAddress(address, port), (int) connectTimeout.toMillis());
                return new ImapWire(socket, bare(host), (int) readTimeout.toMillis(), largestAnswer);
            } catch (IOException failed) {
                socket.close();
                failure = failure == null ? failed : failure;
            }
        }
        throw failure == null ? new UnknownHostException(host) : failure;
    }

    /** Protects the connection from here on; the certificate must be for the host. */
    void startTls(SSLSocketFactory factory) throws IOException {
        if (position < limit) {
            // Bytes in clear behind the answer to STARTTLS were planted on the way (RFC 9051 section 11.1).
            throw new IOException("the server spoke before TLS was established");
        }
        setTimeout(readTimeoutMillis);
        SSLSocket secure = (SSLSocket) factory.createSocket(socket, host, socket.getPort(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        synchronized (writing) {
            layered = secure;
            input = secure.getInputStream();
            output = secure.getOutputStream();
        }
        timeoutMillis = -1;
    }

    /** Begins to count time and bytes anew. */
    void startCommand() {
        commandStarted = System.nanoTime();
        commandBytes = 0;
    }

    /** Waits for a byte without taking it; false when none comes in time. */
    boolean await(Duration time) throws IOException {
        if (position < limit) {
            return true;
        }
        setTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, time.toMillis())));
        try {
            fillNow();
            return true;
        } catch (SocketTimeoutException nothing) {
            return false;
        }
    }

    int peek() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position] & 0xFF;
    }

    int read() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position++] & 0xFF;
    }

    int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (position == limit) {
            fill();
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        return count;
    }

    void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            if (position == limit) {
                fill();
            }
            int step = (int) Math.min(left, limit - position);
            position += step;
            left -= step;
        }
    }

    void write(byte[] bytes) throws IOException {
        synchronized (writing) {
            output.write(bytes);
            output.flush();
        }
    }

    /** Breaks the connection at once, whatever other threads are doing with it. */
    void abort() {
        try {
            // The plain socket: closing the TLS one could wait for its turn to say goodbye.
            socket.close();
        } catch (IOException ignored) {
            // It is of no use any more either way.
        }
    }

    void close() {
        try {
            socket.setSoTimeout(1);
            layered.close();
        } catch (IOException ignored) {
            // As good as closed.
        } finally {
            abort();
        }
    }

    private void fill() throws IOException {
        setTimeout(readTimeoutMillis);
        fillNow();
    }

    private void fillNow() throws IOException {
        int count = input.read(buffer, 0, buffer.length);
        if (count < 0) {
            throw new EOFException("the server closed the connection");
        }
        position = 0;
        limit = count;
        commandBytes += count;
        long elapsed = System.nanoTime() - commandStarted;
        if (elapsed > SLOWNESS_ALLOWED.toNanos()
                && commandBytes
                        < SLOWEST_BYTES_PER_SECOND * Duration.ofNanos(elapsed).toSeconds()) {
            throw new SocketTimeoutException(
                    "the server is slower than " + SLOWEST_BYTES_PER_SECOND + " bytes a second");
        }
        if (commandBytes > largestAnswer || elapsed > LONGEST_ANSWER.toNanos()) {
            throw new SocketTimeoutException("the server's answer does not end");
        }
    }

    private void setTimeout(int millis) throws IOException {
        if (timeoutMillis != millis) {
            layered.setSoTimeout(millis);
            timeoutMillis = millis;
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
