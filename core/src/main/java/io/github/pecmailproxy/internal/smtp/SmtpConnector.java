package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Opens connections that are ready to send. Thread-safe. */
final class SmtpConnector {
    private static final int FIRST_REFUSAL = 400;

    private final SmtpTimeouts timeouts;
    private final TlsFactories tls = new TlsFactories();

    SmtpConnector(SmtpTimeouts timeouts) {
        this.timeouts = timeouts;
    }

    /** How an attempt to connect ended. */
    sealed interface Attempt {
        /** There is a connection, logged in. */
        record Ready(SmtpConnection connection) implements Attempt {}

        /** There is none, and this is what it means for the message. */
        record Failed(SendOutcome outcome) implements Attempt {}
    }

    /**
     * Connects and logs in.
     *
     * @param guard watches over the connection, from now on until it is closed
     */
    Attempt connect(MailAccount account, SocketGuard guard) {
        @Nullable String secret;
        try {
            secret = secretOf(account.smtpCredentials());
        } catch (RuntimeException | Error failed) {
            // Whatever it is, nothing was sent, and no doubt may follow. What a supplier throws may quote the token.
            return new Attempt.Failed(new SendOutcome.NotSent(
                    SmtpPhase.AUTH,
                    "the access token could not be had: " + failed.getClass().getSimpleName()));
        }
        SSLSocketFactory factory;
        try {
            factory = tls.of(account.tlsTrust());
        } catch (IOException unusable) {
            return new Attempt.Failed(new SendOutcome.NotSent(SmtpPhase.TLS, Trouble.describe(unusable, guard)));
        }
        SocketTap tap = new SocketTap(factory, guard);
        Session session = Session.getInstance(properties(account, tap));
        LoginTransport transport = new LoginTransport(
                session,
                account.smtp().transport(),
                tap,
                timeouts.read(),
                account.smtp().host());
        try {
            transport.open(account.smtp().port(), userOf(account.smtpCredentials()), secret);
            tap.loggedIn();
            Socket socket = Objects.requireNonNull(tap.socket(), "a connection has a socket");
            // Small packets at once: content and final dot go out together as far as they fit.
            socket.setTcpNoDelay(true);
            return new Attempt.Ready(new SmtpConnection(socket, guard, timeouts, Capabilities.of(transport)));
        } catch (MessagingException | IOException | RuntimeException failed) {
            guard.close();
            return new Attempt.Failed(failure(transport, failed, guard, secret));
        } finally {
            guard.rest();
        }
    }

    private static SendOutcome failure(
            LoginTransport transport, Exception failed, SocketGuard guard, @Nullable String secret) {
        SmtpPhase phase = transport.phase();
        SmtpReply reply = transport.reply();
        @Nullable String sent = phase == SmtpPhase.AUTH ? secret : null;
        if (reply == null || reply.code() < FIRST_REFUSAL) {
            return new SendOutcome.NotSent(phase, hide(sent, Trouble.describe(failed, guard)));
        }
        SmtpReply shown = new SmtpReply(reply.code(), reply.enhancedStatus(), hide(sent, reply.text()));
        return phase == SmtpPhase.AUTH && !reply.isTransient()
                ? new SendOutcome.AccountRefused(phase, shown)
                : new SendOutcome.Refused(phase, shown, List.of());
    }

    /** A server may quote what it was sent. */
    private static String hide(@Nullable String secret, String text) {
        if (secret == null) {
            return text;
        }
        String encoded = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
        String hidden = text.replace(secret, "***").replace(encoded, "***");
        // An initial response (RFC 4954 section 4) holds more than the secret, and so has another encoding.
        return hidden.replaceAll("[A-Za-z0-9+/=]{24,}", "***");
    }

    private Properties properties(MailAccount account, SocketTap tap) {
        Properties properties = new Properties();
        properties.put("mail.smtp.connectiontimeout", millis(timeouts.connect().toMillis()));
        properties.put("mail.smtp.timeout", millis(timeouts.read().toMillis()));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.socketFactory", tap.tlsFactory());
        // Without this, the library tries again without our socket factory when it fails.
        properties.put("mail.smtp.socketFactory.fallback", "false");
        if (account.smtp().transport() != Transport.IMPLICIT_TLS) {
            properties.put("mail.smtp.socketFactory", tap.plainFactory());
        }
        if (account.smtp().transport() == Transport.STARTTLS) {
            properties.put("mail.smtp.starttls.enable", "true");
            properties.put("mail.smtp.starttls.required", "true");
        }
        Credentials credentials = account.smtpCredentials();
        if (credentials != null) {
            properties.put("mail.smtp.auth", "true");
            properties.put("mail.smtp.auth.mechanisms", mechanisms(credentials));
        }
        return properties;
    }

    private static String mechanisms(Credentials credentials) {
        if (credentials instanceof Credentials.AccessToken) {
            return "XOAUTH2";
        }
        return "PLAIN LOGIN";
    }

    private static @Nullable String userOf(@Nullable Credentials credentials) {
        return credentials == null ? null : credentials.user();
    }

    private static @Nullable String secretOf(@Nullable Credentials credentials) {
        if (credentials instanceof Credentials.Password password) {
            return password.password().reveal();
        }
        if (credentials instanceof Credentials.AccessToken token) {
            return token.token().token().reveal();
        }
        return null;
    }

    private static String millis(long value) {
        return Long.toString(Math.max(1, value));
    }
}
