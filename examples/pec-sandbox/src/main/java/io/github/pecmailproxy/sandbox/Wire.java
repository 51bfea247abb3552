package io.github.pecmailproxy.sandbox;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * One connection as lines and bytes. It belongs to one thread, but for {@link #abort()}, which any may call, and for writing,
 * which two threads may do in turn.
 */
final class Wire implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    /** Long enough for any command with an access token in it. */
    static final int MAXIMUM_LINE = 64 * 1024;

    private final Socket plain;
    private volatile Socket socket;
    private InputStream in;
    private OutputStream out;
    private byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    Wire(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        this.plain = socket;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
    }

    boolean isSecure() {
        return socket instanceof SSLSocket;
    }

    /** Goes over to TLS; what the client sent in the clear after the command is thrown away (RFC 3207 section 4.2). */
    void startTls(SSLContext context) throws IOException {
        SSLSocket secure = (SSLSocket) context.getSocketFactory()
                .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
        secure.setUseClientMode(false);
        secure.startHandshake();
        socket = secure;
        in = secure.getInputStream();
        out = new BufferedOutputStream(secure.getOutputStream(), BUFFER);
        position = 0;
        limit = 0;
    }

    /** Reads one line without its end, one character a byte. */
    String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        while (true) {
            int b = read();
            if (b == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            if (line.size() >= MAXIMUM_LINE) {
                throw new IOException("a line is longer than " + MAXIMUM_LINE + " bytes");
            }
            line.write(b);
        }
    }

    byte[] readExactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        int filled = 0;
        while (filled < length) {
            if (position == limit) {
                fill();
            }
            int piece = Math.min(length - filled, limit - position);
            System.arraycopy(buffer, position, bytes, filled, piece);
            position += piece;
            filled += piece;
        }
        return bytes;
    }

    /** What was read of a message: its bytes up to the limit, and how many there were in all. */
    record Content(byte[] bytes, long size) {}

    /**
     * Reads a message up to the line with a single dot and removes the stuffed dots (RFC 5321 section 4.5.2). Only CRLF ends
     * a line here, so that no bare LF can smuggle a second message in.
     */
    Content readMessage(long maximum) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream(4096);
        long size = 0;
        boolean lineStart = true;
        int previous = -1;
        while (true) {
            int b = read();
            if (lineStart && b == '.') {
                int next = read();
                if (next == '\r') {
                    int last = read();
                    if (last == '\n') {
                        return new Content(content.toByteArray(), size);
                    }
                    size += 2;
                    keep(content, size, maximum, '.');
                    keep(content, size, maximum, '\r');
                    b = last;
                    previous = '\r';
                } else {
                    b = next;
                    previous = -1;
                }
            }
            size++;
            keep(content, size, maximum, b);
            lineStart = b == '\n' && previous == '\r';
            previous = b;
        }
    }

    private static void keep(ByteArrayOutputStream content, long size, long maximum, int b) {
        if (size <= maximum) {
            content.write(b);
        }
    }

    /** Buffers bytes for sending. */
    void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
    }

    /** Buffers text for sending, one byte a character. */
    void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void flush() throws IOException {
        out.flush();
    }

    void sendLine(String line) throws IOException {
        write(line + "\r\n");
        flush();
    }

    private int read() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position++] & 0xFF;
    }

    private void fill() throws IOException {
        int count = in.read(buffer, 0, buffer.length);
        if (count <= 0) {
            throw new EOFException("the client closed the connection");
        }
        position = 0;
        limit = count;
    }

    /** Waits until the client has sent something that was not read yet. */
    void awaitInput() throws IOException {
        if (position == limit) {
            fill();
        }
    }

    /** Cuts the connection as a broken network would, without the goodbye of TLS; never waits for the client. */
    void abort() {
        close(plain);
    }

    /** Closes the connection; what is buffered is lost. */
    @Override
    public void close() {
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (SocketException alreadyGone) {
            // nothing is left to close
        } catch (IOException unfinished) {
            // a TLS goodbye that cannot be sent any more hurts nobody
        }
    }
}
