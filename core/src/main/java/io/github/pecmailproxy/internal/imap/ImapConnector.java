package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;

/**
 * Connects to mailboxes by IMAP4rev1, with TLS as the account asks for it and nothing less. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ImapConnector implements MailboxConnector {
    /** How long connecting may take: 10 seconds. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** How long a server may be silent: 60 seconds. */
    public static final Duration DEFAULT_READ_TIMEOUT = Duration.ofSeconds(60);

    private static final int MOST_CONTEXTS = 100;

    private final Duration connectTimeout;
    private final Duration readTimeout;
    private final long largestAnswer;
    // Making one reads and parses all authorities, and sessions are resumed within one only.
    private final Map<TlsTrust, SSLSocketFactory> factories = new ConcurrentHashMap<>();

    /** Creates a connector with the default times. */
    public ImapConnector() {
        this(DEFAULT_CONNECT_TIMEOUT, DEFAULT_READ_TIMEOUT);
    }

    /**
     * Creates a connector.
     *
     * @param connectTimeout how long connecting may take, at least 1 ms
     * @param readTimeout how long a server may be silent, at least 1 ms
     */
    public ImapConnector(Duration connectTimeout, Duration readTimeout) {
        this(connectTimeout, readTimeout, ImapWire.LARGEST_ANSWER);
    }

    ImapConnector(Duration connectTimeout, Duration readTimeout, long largestAnswer) {
        this.connectTimeout = positive(connectTimeout);
        this.readTimeout = positive(readTimeout);
        this.largestAnswer = largestAnswer;
    }

    @Override
    public MailboxConnection connect(MailAccount account) throws MailboxException {
        MailServer server = account.imap();
        Credentials credentials = account.imapCredentials();
        if (server == null || credentials == null) {
            throw new IllegalArgumentException("Account " + account.key() + " has no mailbox");
        }
        ImapWire wire = open(server);
        boolean done = false;
        try {
            ImapConnection connection = secure(wire, server.transport(), account.tlsTrust());
            logIn(connection, credentials);
            connection.ready();
            done = true;
            return connection;
        } finally {
            if (!done) {
                wire.abort();
            }
        }
    }

    private ImapWire open(MailServer server) throws MailboxException {
        try {
            return ImapWire.connect(server.host(), server.port(), connectTimeout, readTimeout, largestAnswer);
        } catch (UnknownHostException unknown) {
            throw new MailboxException(Kind.UNREACHABLE, "There is no host " + server.host(), unknown);
        } catch (IOException failed) {
            throw new MailboxException(
                    Kind.UNREACHABLE, "Cannot connect to " + server + ": " + failed.getMessage(), failed);
        }
    }

    private ImapConnection secure(ImapWire wire, Transport transport, TlsTrust trust) throws MailboxException {
        switch (transport) {
            case IMPLICIT_TLS -> {
                try {
                    wire.startTls(factory(trust));
                } catch (SSLException refused) {
                    throw TlsContext.failure(refused);
                } catch (IOException failed) {
                    throw new MailboxException(
                            Kind.UNREACHABLE,
                            "The connection was lost during the TLS handshake: " + failed.getMessage(),
                            failed);
                }
                return ImapConnection.greet(wire);
            }
            case STARTTLS -> {
                ImapConnection connection = ImapConnection.greet(wire);
                connection.startTls(factory(trust));
                return connection;
            }
            case PLAIN -> {
                return ImapConnection.greet(wire);
            }
        }
        throw new IllegalArgumentException("Unknown transport " + transport);
    }

    private static void logIn(ImapConnection connection, Credentials credentials) throws MailboxException {
        if (credentials instanceof Credentials.AccessToken token) {
            connection.loginWithToken(token.user(), fetch(token));
        } else if (credentials instanceof Credentials.Password password) {
            connection.login(password.user(), password.password().reveal());
        }
    }

    private static String fetch(Credentials.AccessToken credentials) throws MailboxException {
        try {
            return credentials.token().token().reveal();
        } catch (RuntimeException failed) {
            // Its message stays out of sight: nobody knows what a supplier of secrets puts into it.
            throw new MailboxException(
                    Kind.UNREACHABLE,
                    "The supplier of access tokens failed: " + failed.getClass().getSimpleName(),
                    null);
        }
    }

    private SSLSocketFactory factory(TlsTrust trust) throws MailboxException {
        SSLSocketFactory known = factories.get(trust);
        if (known != null) {
            return known;
        }
        SSLSocketFactory made = TlsContext.factory(trust);
        if (factories.size() < MOST_CONTEXTS) {
            factories.put(trust, made);
        }
        return made;
    }

    private static Duration positive(Duration time) {
        if (time.toMillis() < 1 || time.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A timeout of " + time + " is not possible");
        }
        return time;
    }
}
