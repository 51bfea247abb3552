package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * The mail library's way from nothing to a connection that is logged in, watched: it tells at any moment which phase it is in and
 * what the server said last. After the login the library is done; the connection is used without it. Not thread-safe.
 */
final class LoginTransport extends SMTPTransport {
    private static final int CONTINUE = 334;
    private static final int AUTHENTICATED = 235;
    private static final int LOWEST_CODE = 200;
    private static final int HIGHEST_CODE = 599;

    private final Transport transport;
    private final SocketTap tap;
    private final Duration readTimeout;
    private final String protocolHost;
    private SmtpPhase phase = SmtpPhase.CONNECT;
    private @Nullable SmtpReply reply;
    private boolean encrypted;
    private boolean loginAnswered;

    LoginTransport(Session session, Transport transport, SocketTap tap, Duration readTimeout, String protocolHost) {
        super(session, null, "smtp", transport == Transport.IMPLICIT_TLS);
        this.transport = transport;
        this.tap = tap;
        this.readTimeout = readTimeout;
        this.protocolHost = protocolHost;
        tap.onEncryption(this::encrypting);
    }

    /** Opens the connection and logs in. */
    synchronized void open(int port, @Nullable String user, @Nullable String secret) throws MessagingException {
        boolean ready = protocolConnect(protocolHost, port, user, secret);
        // The library goes on without a login where the server does not offer one.
        if (!ready || (user != null && !loginAnswered)) {
            phase = SmtpPhase.AUTH;
            throw new MessagingException("the server offers no login");
        }
    }

    SmtpPhase phase() {
        return phase;
    }

    /** The last reply, null when none came after the last command. */
    @Nullable
    SmtpReply reply() {
        return reply;
    }

    private void encrypting() {
        phase = SmtpPhase.TLS;
        tap.guard().allow(readTimeout);
    }

    /** An address literal: always valid, and true, where a host seldom knows a name of its own (RFC 5321 section 4.1.4). */
    @Override
    public synchronized String getLocalHost() {
        Socket socket = tap.socket();
        if (socket == null) {
            return "[127.0.0.1]";
        }
        InetAddress address = socket.getLocalAddress();
        String literal = address.getHostAddress();
        int scope = literal.indexOf('%');
        if (scope >= 0) {
            literal = literal.substring(0, scope);
        }
        return address instanceof Inet6Address ? "[IPv6:" + literal + "]" : "[" + literal + "]";
    }

    @Override
    protected boolean ehlo(String domain) throws MessagingException {
        phase = SmtpPhase.GREETING;
        boolean understood = super.ehlo(domain);
        SmtpReply answer = reply;
        // Only "I do not know EHLO" is a reason to try HELO; a server that says goodbye has said it.
        if (!understood && (answer == null || answer.isTransient())) {
            throw new MessagingException("the server did not answer EHLO");
        }
        if (transport == Transport.STARTTLS && !encrypted && !supportsExtension("STARTTLS")) {
            phase = SmtpPhase.TLS;
            reply = null;
            throw new MessagingException("the server does not offer STARTTLS");
        }
        return understood;
    }

    @Override
    protected void startTLS() throws MessagingException {
        // The library would also upgrade when a server answers 530 to AUTH, on whatever connection.
        if (transport != Transport.STARTTLS || encrypted) {
            throw new MessagingException("the server asks for STARTTLS where it was not asked for");
        }
        phase = SmtpPhase.TLS;
        super.startTLS();
        encrypted = true;
        reply = null;
    }

    @Override
    public synchronized int simpleCommand(String command) throws MessagingException {
        if (command.startsWith("AUTH ")) {
            phase = SmtpPhase.AUTH;
        }
        int code = super.simpleCommand(command);
        if (code == CONTINUE && command.startsWith("AUTH XOAUTH2")) {
            // The token was refused; the reason comes as a challenge, and the reply after it.
            code = super.simpleCommand("");
        }
        return code;
    }

    @Override
    protected void sendCommand(String command) throws MessagingException {
        reply = null;
        tap.guard().allow(readTimeout);
        super.sendCommand(command);
    }

    @Override
    protected int readServerResponse() throws MessagingException {
        if (phase == SmtpPhase.CONNECT || (phase == SmtpPhase.TLS && transport == Transport.IMPLICIT_TLS)) {
            phase = SmtpPhase.GREETING;
        }
        reply = null;
        tap.guard().allow(readTimeout);
        int code = super.readServerResponse();
        if (code >= LOWEST_CODE && code <= HIGHEST_CODE) {
            reply = Replies.parse(code, getLastServerResponse());
            loginAnswered |= phase == SmtpPhase.AUTH && code == AUTHENTICATED;
        }
        return code;
    }

    /** The library closes the socket when its transport is collected; ours is collected while the connection is in use. */
    @Override
    @SuppressWarnings({"deprecation", "removal", "Finalize"})
    protected void finalize() {
        // The connection is closed by the sender.
    }
}
