package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MailAddress;
import io.github.pecmailproxy.message.MessageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A mail account: where to send, where to read receipts, and by which rules. Immutable and thread-safe.
 *
 * <p>Everything but the servers and credentials has a default, each a public constant here.
 *
 * @since 0.1.0
 */
public final class MailAccount {

    /** How long to wait for the acceptance of a PEC message before the alarm: 30 minutes. */
    public static final Duration DEFAULT_ACCEPTANCE_TIMEOUT = Duration.ofMinutes(30);

    /** How long to wait for the outcome of a certified recipient before the alarm: 26 hours, the law's 24 and slack. */
    public static final Duration DEFAULT_DELIVERY_TIMEOUT = Duration.ofHours(26);

    /** How many SMTP connections may be open at once: 2. */
    public static final int DEFAULT_MAX_CONNECTIONS = 2;

    /** The longest time that receipts can be awaited before the alarm: 365 days. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    /** After how many messages an SMTP connection is closed: 100. */
    public static final int DEFAULT_MESSAGES_PER_CONNECTION = 100;

    /** The limit on size times recipients: 100 MB, in bytes (facts 1.4; the law's minimum is 30 MB). */
    public static final long DEFAULT_MAX_TOTAL_SIZE = 100_000_000L;

    /** Where a {@linkplain Builder#returnPath return path} names its message. */
    public static final String RETURN_PATH_TOKEN = "{token}";

    /** How much longer than its pattern without the token a return path is: 43 characters. */
    public static final int RETURN_PATH_TOKEN_LENGTH = 43;

    /** The folder to read receipts from. */
    public static final String DEFAULT_FOLDER = "INBOX";

    /** The port of SMTP with implicit TLS. */
    public static final int SMTPS_PORT = 465;

    /** The port of IMAP with implicit TLS. */
    public static final int IMAPS_PORT = 993;

    private static final int MOST_CONNECTIONS = 100;
    private static final int LONGEST_FOLDER = 255;

    private final AccountKey key;
    private final MailAddress address;
    private final boolean pec;
    private final MailServer smtp;
    private final @Nullable Credentials smtpCredentials;
    private final @Nullable MailServer imap;
    private final @Nullable Credentials imapCredentials;
    private final List<String> folders;
    private final TlsTrust tlsTrust;
    private final int maxConnections;
    private final int messagesPerConnection;
    private final List<RateLimit> rateLimits;
    private final RateLimitAction rateLimitAction;
    private final long maxTotalSize;
    private final Duration acceptanceTimeout;
    private final Duration deliveryTimeout;
    private final ReceiptTrust receiptTrust;
    private final UncertainDelivery uncertainDelivery;
    private final @Nullable Instant readFrom;
    private final HandledMail handledMail;
    private final @Nullable String returnPath;

    private MailAccount(Builder builder, MailServer sendingServer, MailAddress mailbox) {
        key = new AccountKey(builder.tenant, builder.id);
        address = mailbox;
        pec = builder.pec;
        smtp = sendingServer;
        smtpCredentials = builder.smtpCredentials;
        imap = builder.imap;
        imapCredentials = builder.imap == null ? null : builder.mailboxCredentials();
        folders = List.copyOf(builder.folders);
        tlsTrust = builder.tlsTrust;
        maxConnections = builder.maxConnections;
        messagesPerConnection = builder.messagesPerConnection;
        rateLimits = List.copyOf(builder.rateLimits);
        rateLimitAction = builder.rateLimitAction;
        maxTotalSize = builder.maxTotalSize;
        acceptanceTimeout = builder.acceptanceTimeout;
        deliveryTimeout = builder.deliveryTimeout;
        receiptTrust = builder.receiptTrust;
        uncertainDelivery = builder.uncertainDelivery;
        readFrom = builder.readFrom;
        handledMail = builder.handledMail;
        returnPath = builder.returnPath;
        if (pec && returnPath != null) {
            throw new InvalidValueException(
                    "return_path",
                    "is not possible with certified mail, whose reverse path is the sender (RFC 6109 section 3.1.1)");
        }
        if (pec && imap == null) {
            throw new InvalidValueException(
                    "imap_host", "is missing: a PEC account needs a mailbox to read receipts from");
        }
        if (imap != null && imapCredentials == null) {
            throw new InvalidValueException("imap_user", "is missing: the mailbox needs credentials");
        }
        if (handledMail instanceof HandledMail.MovedTo target && folders.contains(target.folder())) {
            throw new InvalidValueException("handled_mail", "moves mail to a folder that is read");
        }
        if (imap != null && folders.isEmpty()) {
            throw new InvalidValueException("imap_folder", "names no folder");
        }
    }

    /**
     * Starts a PEC account of the {@linkplain MessageKey#DEFAULT_TENANT default tenant}.
     *
     * @param id the account's id
     * @return a new builder, never null
     */
    public static Builder pec(String id) {
        return new Builder(id, true);
    }

    /**
     * Starts a PEC account with the servers of a provider. Later calls override them.
     *
     * @param id the account's id
     * @param provider the provider
     * @return a new builder, never null
     */
    public static Builder pec(String id, PecProvider provider) {
        return pec(id).smtp(provider.smtp()).imap(provider.imap());
    }

    /**
     * Starts an account with an ordinary mail server: no receipts, bounces only.
     *
     * @param id the account's id
     * @return a new builder, never null
     */
    public static Builder ordinary(String id) {
        return new Builder(id, false);
    }

    /**
     * Returns who the account is.
     *
     * @return the value, never null
     */
    public AccountKey key() {
        return key;
    }

    /**
     * Returns the mailbox: the only {@code From} that a PEC account may send with.
     *
     * @return the value, never null
     */
    public MailAddress address() {
        return address;
    }

    /**
     * Tells whether it is a PEC account, with receipts to wait for.
     *
     * @return true if it is
     */
    public boolean pec() {
        return pec;
    }

    /**
     * Returns the server to send with.
     *
     * @return the value, never null
     */
    public MailServer smtp() {
        return smtp;
    }

    /**
     * Returns how to log in there, null for a server that asks for nothing.
     *
     * @return the value, or null
     */
    public @Nullable Credentials smtpCredentials() {
        return smtpCredentials;
    }

    /**
     * Returns the server to read receipts from, null when none are read.
     *
     * @return the value, or null
     */
    public @Nullable MailServer imap() {
        return imap;
    }

    /**
     * Returns how to log in there, null when none are read.
     *
     * @return the value, or null
     */
    public @Nullable Credentials imapCredentials() {
        return imapCredentials;
    }

    /**
     * Returns the mailbox folders to read, {@code INBOX} by default.
     *
     * @return the value, never null
     */
    public List<String> folders() {
        return folders;
    }

    /**
     * Returns which certificates the servers may show.
     *
     * @return the value, never null
     */
    public TlsTrust tlsTrust() {
        return tlsTrust;
    }

    /**
     * Returns how many SMTP connections may be open at once, 1 to 100.
     *
     * @return the value
     */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * Returns after how many messages a connection is closed, at least 1.
     *
     * @return the value
     */
    public int messagesPerConnection() {
        return messagesPerConnection;
    }

    /**
     * Returns the bounds on sending, all of which hold.
     *
     * @return the value, never null
     */
    public List<RateLimit> rateLimits() {
        return rateLimits;
    }

    /**
     * Returns what becomes of a message that is due while a rate limit is used up.
     *
     * @return the value, never null
     */
    public RateLimitAction rateLimitAction() {
        return rateLimitAction;
    }

    /**
     * Returns the provider's limit on size times recipients, in bytes.
     *
     * @return the value
     */
    public long maxTotalSize() {
        return maxTotalSize;
    }

    /**
     * Returns how long to wait for the acceptance before the alarm.
     *
     * @return the value, never null
     */
    public Duration acceptanceTimeout() {
        return acceptanceTimeout;
    }

    /**
     * Returns how long to wait for each recipient's outcome before the alarm.
     *
     * @return the value, never null
     */
    public Duration deliveryTimeout() {
        return deliveryTimeout;
    }

    /**
     * Returns what a receipt must bring to count.
     *
     * @return the value, never null
     */
    public ReceiptTrust receiptTrust() {
        return receiptTrust;
    }

    /**
     * Returns what to do when nothing tells whether a message went out.
     *
     * @return the value, never null
     */
    public UncertainDelivery uncertainDelivery() {
        return uncertainDelivery;
    }

    /**
     * Returns on the first poll, mail that arrived before this is passed over; null for the time of that poll.
     *
     * @return the value, or null
     */
    public @Nullable Instant readFrom() {
        return readFrom;
    }

    /**
     * Returns what is done in the mailbox with a mail that was handled.
     *
     * @return the value, never null
     */
    public HandledMail handledMail() {
        return handledMail;
    }

    /**
     * Returns the pattern of the reverse paths, null when bounces go to each message's own return path or sender.
     *
     * @return an address with {@value #RETURN_PATH_TOKEN} in its local part, or null
     */
    public @Nullable String returnPath() {
        return returnPath;
    }

    /** Tells whether another account has the same settings, secrets included. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MailAccount account
                && Objects.equals(key, account.key)
                && Objects.equals(address, account.address)
                && pec == account.pec
                && Objects.equals(smtp, account.smtp)
                && Objects.equals(smtpCredentials, account.smtpCredentials)
                && Objects.equals(imap, account.imap)
                && Objects.equals(imapCredentials, account.imapCredentials)
                && Objects.equals(folders, account.folders)
                && Objects.equals(tlsTrust, account.tlsTrust)
                && maxConnections == account.maxConnections
                && messagesPerConnection == account.messagesPerConnection
                && Objects.equals(rateLimits, account.rateLimits)
                && rateLimitAction == account.rateLimitAction
                && maxTotalSize == account.maxTotalSize
                && Objects.equals(acceptanceTimeout, account.acceptanceTimeout)
                && Objects.equals(deliveryTimeout, account.deliveryTimeout)
                && Objects.equals(receiptTrust, account.receiptTrust)
                && Objects.equals(uncertainDelivery, account.uncertainDelivery)
                && Objects.equals(readFrom, account.readFrom)
                && Objects.equals(handledMail, account.handledMail)
                && Objects.equals(returnPath, account.returnPath);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** Names the account and its servers; no credentials. */
    @Override
    public String toString() {
        return "MailAccount[" + key + ", " + address.address() + ", smtp=" + smtp + ", imap=" + imap + "]";
    }

    private static long atLeastOne(long totalSize) {
        if (totalSize < 1) {
            throw new InvalidValueException("max_total_size", "is " + totalSize + ", must be at least 1");
        }
        return totalSize;
    }

    private static String pattern(@Nullable String value) {
        String field = "return_path";
        String text = FieldCheck.required(field, value);
        int token = text.indexOf(RETURN_PATH_TOKEN);
        if (token < 0 || token > text.lastIndexOf('@') || token != text.lastIndexOf(RETURN_PATH_TOKEN)) {
            throw new InvalidValueException(field, "does not have " + RETURN_PATH_TOKEN + " once before the @");
        }
        String before = text.substring(0, token);
        String after = text.substring(token + RETURN_PATH_TOKEN.length());
        try {
            // In the form of an address without a name, and not too long once the token is in it.
            String filled = new MailAddress(before + "t".repeat(RETURN_PATH_TOKEN_LENGTH) + after, null).address();
            return before + RETURN_PATH_TOKEN + filled.substring(token + RETURN_PATH_TOKEN_LENGTH);
        } catch (InvalidValueException invalid) {
            throw new InvalidValueException(field, invalid.problem());
        }
    }

    private static Duration timeout(String field, Duration value) {
        if (FieldCheck.required(field, value).isNegative() || value.isZero()) {
            throw new InvalidValueException(field, "is " + value + ", must be positive");
        }
        // Also so that no time plus a timeout is beyond what a clock can show.
        if (value.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidValueException(
                    field, "is " + value + ", must be at most " + LONGEST_TIMEOUT.toDays() + " days");
        }
        return value;
    }

    /**
     * Builds an account. Every method checks its value at once and throws {@link InvalidValueException} naming the field. Not
     * thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final String id;
        private final boolean pec;
        private String tenant = MessageKey.DEFAULT_TENANT;
        private @Nullable MailAddress address;
        private @Nullable MailServer smtp;
        private @Nullable Credentials smtpCredentials;
        private @Nullable MailServer imap;
        private @Nullable Credentials imapCredentials;
        private List<String> folders = List.of(DEFAULT_FOLDER);
        private TlsTrust tlsTrust = TlsTrust.system();
        private boolean plainTextAllowed;
        private int maxConnections = DEFAULT_MAX_CONNECTIONS;
        private int messagesPerConnection = DEFAULT_MESSAGES_PER_CONNECTION;
        private final List<RateLimit> rateLimits = new ArrayList<>();
        private RateLimitAction rateLimitAction = RateLimitAction.DEFER;
        private long maxTotalSize = DEFAULT_MAX_TOTAL_SIZE;
        private Duration acceptanceTimeout = DEFAULT_ACCEPTANCE_TIMEOUT;
        private Duration deliveryTimeout = DEFAULT_DELIVERY_TIMEOUT;
        private ReceiptTrust receiptTrust = ReceiptTrust.REQUIRE_PROOF;
        private UncertainDelivery uncertainDelivery = UncertainDelivery.RESEND;
        private @Nullable Instant readFrom;
        private HandledMail handledMail = new HandledMail.Untouched();
        private @Nullable String returnPath;

        private Builder(String id, boolean pec) {
            this.id = FieldCheck.identifier("id", id, AccountKey.LONGEST_ID);
            this.pec = pec;
        }

        /**
         * Sets the tenant; {@value MessageKey#DEFAULT_TENANT} if left out.
         *
         * @param value the tenant
         * @return this
         */
        public Builder tenant(String value) {
            tenant = FieldCheck.identifier("tenant", value, MessageKey.LONGEST_TENANT);
            return this;
        }

        /**
         * Sets the mailbox's address; the SMTP user if that is an address.
         *
         * @param value the address
         * @return this
         */
        public Builder address(String value) {
            address = MailAddress.of("address", value);
            return this;
        }

        /**
         * Sets the server to send with.
         *
         * @param server the server
         * @return this
         */
        public Builder smtp(MailServer server) {
            smtp = FieldCheck.required("smtp", server);
            return this;
        }

        /**
         * Sets the server to send with, reached by implicit TLS.
         *
         * @param host its name
         * @param port its port, usually {@value MailAccount#SMTPS_PORT}
         * @return this
         */
        public Builder smtps(String host, int port) {
            smtp = server("host", "port", host, port, Transport.IMPLICIT_TLS);
            return this;
        }

        /**
         * Sets the server to read receipts from.
         *
         * @param server the server
         * @return this
         */
        public Builder imap(MailServer server) {
            imap = FieldCheck.required("imap", server);
            return this;
        }

        /**
         * Sets the server to read receipts from, reached by implicit TLS.
         *
         * @param host its name
         * @param port its port, usually {@value MailAccount#IMAPS_PORT}
         * @return this
         */
        public Builder imaps(String host, int port) {
            imap = server("imap_host", "imap_port", host, port, Transport.IMPLICIT_TLS);
            return this;
        }

        /**
         * Sets the credentials for both servers.
         *
         * @param user the login name
         * @param password the password
         * @return this
         */
        public Builder credentials(String user, String password) {
            return credentials(password("user", "password", user, password));
        }

        /**
         * Sets the credentials for both servers.
         *
         * @param value the credentials
         * @return this
         */
        public Builder credentials(Credentials value) {
            smtpCredentials = FieldCheck.required("user", value);
            return this;
        }

        /**
         * Sets the credentials for the mailbox where they differ from those to send with.
         *
         * @param user the login name
         * @param password the password
         * @return this
         */
        public Builder imapCredentials(String user, String password) {
            imapCredentials = password("imap_user", "imap_password", user, password);
            return this;
        }

        /**
         * Sets the credentials for the mailbox where they differ from those to send with.
         *
         * @param value the credentials
         * @return this
         */
        public Builder imapCredentials(Credentials value) {
            imapCredentials = FieldCheck.required("imap_user", value);
            return this;
        }

        /**
         * Sets the folders to read; {@value MailAccount#DEFAULT_FOLDER} if left out.
         *
         * @param names the folders' full names
         * @return this
         */
        public Builder folders(String... names) {
            List<String> checked = new ArrayList<>();
            for (String name : names) {
                checked.add(FieldCheck.identifier("imap_folder", name, LONGEST_FOLDER));
            }
            if (checked.isEmpty()) {
                throw new InvalidValueException("imap_folder", "names no folder");
            }
            folders = checked;
            return this;
        }

        /**
         * Sets which certificates the servers may show; those the JVM trusts if left out.
         *
         * @param value the trust
         * @return this
         */
        public Builder tlsTrust(TlsTrust value) {
            tlsTrust = FieldCheck.required("tls_trust", value);
            return this;
        }

        /**
         * Allows a connection without TLS to hosts other than loopback. Passwords and messages then cross the network in clear.
         *
         * @return this
         */
        public Builder allowPlainText() {
            plainTextAllowed = true;
            return this;
        }

        /**
         * Sets how many SMTP connections may be open at once.
         *
         * @param value 1 to 100
         * @return this
         */
        public Builder maxConnections(int value) {
            maxConnections = FieldCheck.between("max_connections", value, 1, MOST_CONNECTIONS);
            return this;
        }

        /**
         * Sets after how many messages an SMTP connection is closed.
         *
         * @param value at least 1
         * @return this
         */
        public Builder messagesPerConnection(int value) {
            messagesPerConnection = FieldCheck.between("messages_per_connection", value, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Adds a bound on sending.
         *
         * @param value the limit
         * @return this
         */
        public Builder rateLimit(RateLimit value) {
            rateLimits.add(FieldCheck.required("rate_limit", value));
            return this;
        }

        /**
         * Sets what becomes of a message that is due while a rate limit is used up; it waits if left out.
         *
         * @param value the action
         * @return this
         */
        public Builder rateLimitAction(RateLimitAction value) {
            rateLimitAction = FieldCheck.required("rate_limit_action", value);
            return this;
        }

        /**
         * Sets the provider's limit on size times recipients.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder maxTotalSize(long bytes) {
            maxTotalSize = atLeastOne(bytes);
            return this;
        }

        /**
         * Sets how long to wait for the acceptance before the alarm.
         *
         * @param value a positive time, at most {@link MailAccount#LONGEST_TIMEOUT}
         * @return this
         */
        public Builder acceptanceTimeout(Duration value) {
            acceptanceTimeout = timeout("acceptance_timeout", value);
            return this;
        }

        /**
         * Sets how long to wait for each recipient's outcome before the alarm.
         *
         * @param value a positive time, at most {@link MailAccount#LONGEST_TIMEOUT}
         * @return this
         */
        public Builder deliveryTimeout(Duration value) {
            deliveryTimeout = timeout("delivery_timeout", value);
            return this;
        }

        /**
         * Sets what a receipt must bring to count.
         *
         * @param value the policy
         * @return this
         */
        public Builder receiptTrust(ReceiptTrust value) {
            receiptTrust = FieldCheck.required("receipt_trust", value);
            return this;
        }

        /**
         * Sets what to do when nothing tells whether a message went out.
         *
         * @param value the policy
         * @return this
         */
        public Builder uncertainDelivery(UncertainDelivery value) {
            uncertainDelivery = FieldCheck.required("uncertain_delivery", value);
            return this;
        }

        /**
         * Sets from when on mail is read on the first poll.
         *
         * @param value mail that arrived earlier is passed over
         * @return this
         */
        public Builder readFrom(Instant value) {
            readFrom = FieldCheck.required("read_from", value);
            return this;
        }

        /**
         * Sets what is done in the mailbox with a mail that was handled; nothing if left out. Set later, it is done with those
         * handled before, too.
         *
         * @param value what to do
         * @return this
         */
        public Builder handledMail(HandledMail value) {
            handledMail = FieldCheck.required("handled_mail", value);
            return this;
        }

        /**
         * Gives each message of an ordinary account a reverse path of its own (VERP), such as {@code bounce+{token}@ditta.example}, so
         * that a delivery status notification can be tied to it even where nothing of the message is returned. All these addresses must
         * end up in the mailbox that is read, and the server must allow them as reverse path. A message with a return path of its own
         * keeps that; off if left out. Messages of these accounts carry the domain of the pattern in their {@code Message-ID}.
         *
         * @param value an address with {@value MailAccount#RETURN_PATH_TOKEN} once in its local part, which may be up to
         *     21 characters long without it: a token has 43 of the 64 that RFC 5321 section 4.5.3.1.1 allows
         * @return this
         */
        public Builder returnPath(String value) {
            returnPath = pattern(value);
            return this;
        }

        /**
         * Builds the account.
         *
         * @return the account, never null
         * @throws InvalidValueException naming the field that is missing or contradicts another
         */
        public MailAccount build() {
            MailServer sendingServer = smtp;
            if (sendingServer == null) {
                throw new InvalidValueException("host", "is missing: the account needs a server to send with");
            }
            if (pec && smtpCredentials == null) {
                throw new InvalidValueException("user", "is missing: a PEC account needs credentials");
            }
            refusePlainText("host", sendingServer);
            if (imap != null) {
                refusePlainText("imap_host", imap);
            }
            return new MailAccount(this, sendingServer, address == null ? addressOfUser() : address);
        }

        private @Nullable Credentials mailboxCredentials() {
            return imapCredentials == null ? smtpCredentials : imapCredentials;
        }

        private MailAddress addressOfUser() {
            if (smtpCredentials == null || smtpCredentials.user().indexOf('@') < 0) {
                throw new InvalidValueException("address", "is missing, and the user is not an address");
            }
            return MailAddress.of("user", smtpCredentials.user());
        }

        private void refusePlainText(String field, MailServer server) {
            if (server.transport() == Transport.PLAIN && !server.isLoopback() && !plainTextAllowed) {
                throw new InvalidValueException(
                        field,
                        "is reached without TLS, which is allowed for loopback only unless allowPlainText is set");
            }
        }

        private static MailServer server(
                String hostField, String portField, String host, int port, Transport transport) {
            try {
                return new MailServer(host, port, transport);
            } catch (InvalidValueException invalid) {
                throw new InvalidValueException(
                        invalid.field().equals("port") ? portField : hostField, invalid.problem());
            }
        }

        private static Credentials password(String userField, String passwordField, String user, String password) {
            FieldCheck.identifier(userField, user, Credentials.LONGEST_USER);
            try {
                return new Credentials.Password(user, Secret.of(password));
            } catch (InvalidValueException invalid) {
                throw new InvalidValueException(passwordField, invalid.problem());
            }
        }
    }
}
