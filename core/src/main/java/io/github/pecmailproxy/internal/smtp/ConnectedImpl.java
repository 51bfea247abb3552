package io.github.pecmailproxy.internal.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import org.jspecify.annotations.Nullable;

/** What a socket does that stands before another, which is connected: what that one does. Knows the options that TLS and mail use. */
final class ConnectedImpl extends SocketImpl {
    private static final int NO_LINGER = -1;

    private final Socket connected;

    ConnectedImpl(Socket connected) {
        this.connected = connected;
    }

    @Override
    protected void create(boolean stream) {
        // It is there.
    }

    /** Only notes where to: it is connected. */
    @Override
    protected void connect(@Nullable SocketAddress remote, int timeout) {
        address = connected.getInetAddress();
        port = connected.getPort();
        localport = connected.getLocalPort();
    }

    @Override
    protected void connect(String host, int remotePort) throws IOException {
        throw new SocketException("connected");
    }

    @Override
    protected void connect(InetAddress host, int remotePort) throws IOException {
        throw new SocketException("connected");
    }

    @Override
    protected void bind(InetAddress host, int localPort) throws IOException {
        throw new SocketException("connected");
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("connected");
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        throw new SocketException("connected");
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        return connected.getInputStream();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        return connected.getOutputStream();
    }

    @Override
    protected int available() throws IOException {
        return connected.getInputStream().available();
    }

    @Override
    protected void close() throws IOException {
        connected.close();
    }

    @Override
    protected void shutdownInput() throws IOException {
        connected.shutdownInput();
    }

    @Override
    protected void shutdownOutput() throws IOException {
        connected.shutdownOutput();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        connected.sendUrgentData(data);
    }

    @Override
    public void setOption(int option, Object value) throws SocketException {
        switch (option) {
            case SocketOptions.SO_TIMEOUT -> connected.setSoTimeout((Integer) value);
            case SocketOptions.TCP_NODELAY -> connected.setTcpNoDelay((Boolean) value);
            case SocketOptions.SO_LINGER -> {
                boolean on = value instanceof Integer;
                connected.setSoLinger(on, on ? (Integer) value : 0);
            }
            default -> throw new SocketException("no such option: " + option);
        }
    }

    @Override
    public Object getOption(int option) throws SocketException {
        return switch (option) {
            case SocketOptions.SO_TIMEOUT -> connected.getSoTimeout();
            case SocketOptions.TCP_NODELAY -> connected.getTcpNoDelay();
            case SocketOptions.SO_LINGER -> {
                int seconds = connected.getSoLinger();
                yield seconds == NO_LINGER ? (Object) false : (Object) seconds;
            }
            case SocketOptions.SO_BINDADDR -> connected.getLocalAddress();
            default -> throw new SocketException("no such option: " + option);
        };
    }
}
