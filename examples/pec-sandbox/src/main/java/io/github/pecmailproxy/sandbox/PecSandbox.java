package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A simulated provider of certified mail: SMTP and SMTPS in, IMAP and IMAPS out, real signed receipts. Thread-safe.
 *
 * <p>In a JUnit test of an application that sends PEC:
 *
 * <pre>
 * class NoticeTest {
 *     private final PecSandbox sandbox =
 *             PecSandbox.builder().account("acme&#64;pec.example", "secret").start();
 *
 *     // the application under test is given where to connect, sandbox.clientSslContext() or sandbox.tlsCa() for TLS,
 *     // and sandbox.receiptCa() as the authority of receipts
 *     private final NoticeApplication application =
 *             new NoticeApplication(sandbox.host(), sandbox.smtpsPort(), sandbox.clientSslContext(), "secret");
 *
 *     &#64;AfterEach
 *     void stop() {
 *         sandbox.close();
 *     }
 *
 *     &#64;Test
 *     void learnsThatTheMailboxIsFull() throws Exception {
 *         application.send("acme&#64;pec.example", "piena&#64;pec.example", "Notice", "Dear sir …");
 *
 *         assertThat(sandbox.accepted()).hasSize(1);
 *         assertThat(sandbox.mailbox("acme&#64;pec.example"))
 *                 .extracting(mail -&gt; mail.header("X-Ricevuta").orElse(""))
 *                 .containsExactly("accettazione", "errore-consegna");
 *     }
 * }
 * </pre>
 *
 * <p>Receipts that are due at once lie in the sender's mailbox before SMTP answers the final dot. Those that are due later
 * (see {@link Fate} and {@link #receipts()}) come when the clock says so: by themselves in the automatic mode, which is the
 * default, or at {@link #deliverDue()} in the manual mode, in which nothing ever arrives by itself.
 *
 * <p>A recipient's fate is chosen by {@link #fate(String, Fate)} or by its address, as {@link Fate} lists.
 *
 * @since 0.1.0
 */
public final class PecSandbox implements AutoCloseable {
    /** The default of {@link Builder#sizeLimit(long)}: 30 MB (RFC 6109 section 3.1.1), in bytes. */
    public static final long DEFAULT_SIZE_LIMIT = 30L * 1024 * 1024;

    /** The default of {@link Builder#smtpSizeLimit(long)}: 100 MB, in bytes. */
    public static final long DEFAULT_SMTP_SIZE_LIMIT = 100L * 1024 * 1024;

    /** The default of {@link Builder#maximumRecipients(int)}. */
    public static final int DEFAULT_MAXIMUM_RECIPIENTS = 1000;

    /** The provider a sandbox plays unless told otherwise. */
    public static final Provider DEFAULT_PROVIDER =
            new Provider("gestore.example", "Gestore di prova S.p.A.", WireShape.ARUBA_2018, SignatureDigest.SHA_256);

    /** How long the automatic mode waits at most before it looks at the clock again, in milliseconds. */
    private static final long LONGEST_WAIT = 100;

    private final InetAddress address;
    private final SandboxTrust trust;
    private final PostOffice office;
    private final Provider provider;
    private final long quota;
    private final AtomicLong nextUidValidity;
    private final @Nullable StateDirectory directory;
    private final Journal journal;
    private final ProviderMemory memory;
    private final Transcript smtpTranscript = new Transcript();
    private final Transcript imapTranscript = new Transcript();
    private final FaultScript smtpScript = new FaultScript();
    private final FaultScript imapScript = new FaultScript();
    private final IdleRoom idleRoom = new IdleRoom();
    private final SmtpControl smtpControl = new SmtpControl(smtpScript, smtpTranscript);
    private final ImapControl imapControl = new ImapControl(imapScript, imapTranscript, idleRoom);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<SocketServer> servers = new ArrayList<>();
    private final Object delivering = new Object();

    private PecSandbox(Builder builder, @Nullable StateDirectory directory) throws IOException {
        this.directory = directory;
        this.journal = new Journal(directory);
        this.memory = ProviderMemory.of(directory, journal);
        this.address = builder.bindAddress;
        this.provider = builder.provider;
        this.quota = builder.mailboxQuota;
        Instant systemNow = Instant.now();
        Instant clockNow = builder.clock.instant();
        // TLS is judged by the system's time and receipts by the sandbox's; certificates hold in both
        CertificateWorkshop workshop = new CertificateWorkshop(
                clockNow.isBefore(systemNow) ? clockNow : systemNow,
                clockNow.isAfter(systemNow) ? clockNow : systemNow);
        List<String> permitted = new ArrayList<>();
        if (builder.nameConstraints) {
            permitted.add(provider.domain());
            builder.otherProviders.values().stream()
                    .map(Provider::domain)
                    .distinct()
                    .forEach(permitted::add);
            permitted.add(SandboxTrust.OTHER_DOMAIN);
        }
        SandboxKeys keys = directory == null
                ? SandboxKeys.make(workshop, permitted)
                : SandboxKeys.keptIn(directory.keys(), workshop, permitted);
        this.trust = new SandboxTrust(workshop, keys, List.copyOf(builder.tlsHostNames));
        this.nextUidValidity = new AtomicLong(Math.max(memory.highestUidValidity() + 1, clockNow.getEpochSecond()));
        this.office = new PostOffice(
                provider,
                builder.otherProviders,
                builder.defaultFate,
                new FormalChecks(builder.sizeLimit),
                new MailComposer(trust, new Identifiers(journal, memory.highestIdentifier())),
                journal,
                builder.clock,
                builder.timeScale,
                builder.manual);
        builder.fates.forEach(office::setFate);
        builder.externalDomains.forEach(office::addExternalDomain);
        builder.accounts.forEach(this::account);
        restore();
        boolean started = false;
        try {
            listen(builder);
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
        if (!builder.manual) {
            Thread thread = new Thread(this::deliverAutomatically, "pec-sandbox-receipts");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /**
     * Begins a sandbox.
     *
     * @return a builder with everything at its default, never null
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs a sandbox as a program until it is killed: prints where it listens and where its certificates lie.
     *
     * <p>Options, each as {@code --name=value}: {@code account} (may be given again), {@code smtp-port}, {@code smtps-port},
     * {@code imap-port}, {@code imaps-port}, {@code shape} ({@code aruba-2018}, {@code aruba-2026}, {@code legalmail}),
     * {@code digest} ({@code sha-256}, {@code sha-1}), {@code time-scale}, {@code ca-directory}, {@code state-directory}. All
     * accounts have the password in the environment variable {@code PEC_SANDBOX_PASSWORD}, or {@code sandbox}. A wrong option
     * ends the program with status 2.
     *
     * @param arguments the options
     * @throws InterruptedException if the main thread is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        SandboxProgram.run(arguments);
    }

    private void listen(Builder builder) throws IOException {
        SmtpSettings smtp = new SmtpSettings(
                "smtps." + provider.domain(),
                trust.serverContext(),
                builder.pipelining,
                builder.smtpSizeLimit,
                builder.maximumRecipients,
                builder.refusesOtherSenders);
        ImapSettings imap =
                new ImapSettings(trust.serverContext(), Set.copyOf(builder.hiddenImap), builder.smtpSizeLimit * 3);
        SocketServer.SessionFactory smtpSessions =
                wire -> new SmtpSession(wire, smtp, office, smtpScript, smtpTranscript, closed);
        SocketServer.SessionFactory imapSessions =
                wire -> new ImapSession(wire, imap, office, imapScript, imapTranscript, idleRoom, closed);
        servers.add(new SocketServer("smtp", address, builder.smtpPort, null, smtpSessions));
        servers.add(new SocketServer("smtps", address, builder.smtpsPort, trust.serverContext(), smtpSessions));
        servers.add(new SocketServer("imap", address, builder.imapPort, null, imapSessions));
        servers.add(new SocketServer("imaps", address, builder.imapsPort, trust.serverContext(), imapSessions));
    }

    /** Takes up the earlier lives, with the mailboxes that nobody has opened again: mail for them keeps arriving. */
    private void restore() throws IOException {
        for (String address : memory.accounts()) {
            if (office.account(address).isEmpty()) {
                account(address, UUID.randomUUID().toString());
            }
        }
        office.restore(memory);
    }

    private void deliverAutomatically() {
        try {
            while (closed.getCount() > 0) {
                deliverDue();
                office.queue().awaitChange(LONGEST_WAIT);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns the host to connect to; the TLS certificate is valid for it.
     *
     * @return the host, an address in text form, never null
     */
    public String host() {
        return address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
    }

    /**
     * Returns the port of SMTP, plain with STARTTLS.
     *
     * @return the port
     */
    public int smtpPort() {
        return servers.get(0).port();
    }

    /**
     * Returns the port of SMTP with TLS from the start.
     *
     * @return the port
     */
    public int smtpsPort() {
        return servers.get(1).port();
    }

    /**
     * Returns the port of IMAP, plain with STARTTLS.
     *
     * @return the port
     */
    public int imapPort() {
        return servers.get(2).port();
    }

    /**
     * Returns the port of IMAP with TLS from the start.
     *
     * @return the port
     */
    public int imapsPort() {
        return servers.get(3).port();
    }

    /**
     * Returns the authority of the TLS certificate.
     *
     * @return the certificate, never null
     */
    public X509Certificate tlsCa() {
        return trust.tlsCertificate();
    }

    /**
     * Returns {@link #tlsCa()} as text.
     *
     * @return PEM with LF line ends, never null
     */
    public String tlsCaPem() {
        return Pem.of(tlsCa());
    }

    /**
     * Returns a context for clients that trusts {@link #tlsCa()} and nothing else.
     *
     * @return the context, never null
     */
    public SSLContext clientSslContext() {
        return trust.clientContext();
    }

    /**
     * Returns the authority that issues the providers' certificates, the one to trust for receipts. It stands for the
     * {@code AgID CA1} of the real world (facts 1.6).
     *
     * @return the certificate, never null
     */
    public X509Certificate receiptCa() {
        return trust.receiptCertificate();
    }

    /**
     * Returns {@link #receiptCa()} as text.
     *
     * @return PEM with LF line ends, never null
     */
    public String receiptCaPem() {
        return Pem.of(receiptCa());
    }

    /**
     * Returns the root above {@link #receiptCa()}.
     *
     * @return the certificate, never null
     */
    public X509Certificate receiptRoot() {
        return trust.receiptRootCertificate();
    }

    /**
     * Returns the provider the sandbox plays.
     *
     * @return the provider, never null
     */
    public Provider provider() {
        return provider;
    }

    /**
     * Opens a certified mailbox. With a state directory it has the mails it had in an earlier life.
     *
     * @param mailbox its address, which is also the login
     * @param password its password, good for access tokens (XOAUTH2) too
     * @throws IllegalArgumentException if the address is not valid
     */
    public void account(String mailbox, String password) {
        if (!MailAddresses.isValid(mailbox)) {
            throw new IllegalArgumentException("mailbox must be an e-mail address, was: " + mailbox);
        }
        Objects.requireNonNull(password, "password");
        office.addAccount(new MailAccount(
                mailbox,
                password,
                office.providerOf(MailAddresses.domain(mailbox)),
                quota,
                nextUidValidity,
                journal,
                memory.mailbox(MailAddresses.key(mailbox))));
    }

    /**
     * Chooses what becomes of messages to an address from now on.
     *
     * @param recipient the address, in any case
     * @param fate the fate
     */
    public void fate(String recipient, Fate fate) {
        office.setFate(recipient, Objects.requireNonNull(fate, "fate"));
    }

    /**
     * Declares a domain not certified: its addresses are {@code esterno}, unless a fate says otherwise.
     *
     * @param domain the domain
     */
    public void externalDomain(String domain) {
        office.addExternalDomain(domain);
    }

    /**
     * Returns every message taken over SMTP, also those answered with {@code non-accettazione}, and those taken before an
     * ordered drop of the connection. A message sent twice is here twice.
     *
     * @return the messages in the order of acceptance, never null, unmodifiable
     */
    public List<AcceptedMessage> accepted() {
        return office.accepted();
    }

    /**
     * Returns what lies in a mailbox's inbox.
     *
     * @param mailbox the address of an account
     * @return the mails by UID, never null, unmodifiable
     * @throws IllegalArgumentException if there is no such account
     */
    public List<StoredMail> mailbox(String mailbox) {
        return mailbox(mailbox, MailAccount.INBOX);
    }

    /**
     * Returns what lies in one folder of a mailbox.
     *
     * @param mailbox the address of an account
     * @param folder the folder's name
     * @return the mails by UID, never null, unmodifiable
     * @throws IllegalArgumentException if there is no such account or folder
     */
    public List<StoredMail> mailbox(String mailbox, String folder) {
        return folder(mailbox, folder).entries().stream()
                .map(MailEntry::snapshot)
                .toList();
    }

    /**
     * Puts any bytes into an inbox as if they had arrived: forged, foreign, ordinary, broken.
     *
     * @param mailbox the address of an account
     * @param mail the mail, used as it is
     * @return its UID
     * @throws IllegalArgumentException if there is no such account
     */
    public long append(String mailbox, byte[] mail) {
        return append(mailbox, MailAccount.INBOX, mail);
    }

    /**
     * Puts any bytes into a folder.
     *
     * @param mailbox the address of an account
     * @param folder the folder's name; it is made when there is none
     * @param mail the mail, used as it is
     * @return its UID
     * @throws IllegalArgumentException if there is no such account
     */
    public long append(String mailbox, String folder, byte[] mail) {
        requireAccount(mailbox).create(folder);
        return folder(mailbox, folder)
                .append(mail.clone(), office.clock().instant(), Set.of())
                .uid();
    }

    /**
     * Delivers an ordinary mail the way a provider does that lets them in: inside a busta di anomalia (facts 2.1).
     *
     * @param mailbox the address of an account
     * @param mail the ordinary mail
     * @throws IllegalArgumentException if there is no such account
     */
    public void deliverOrdinary(String mailbox, byte[] mail) {
        MailAccount account = requireAccount(mailbox);
        account.deliver(
                office.composer().anomaly(account.provider(), mail, account.address(), office.now()),
                office.clock().instant());
    }

    /**
     * Removes mails from an inbox, as another client of the mailbox would.
     *
     * @param mailbox the address of an account
     * @param uids the UIDs
     * @throws IllegalArgumentException if there is no such account
     */
    public void expunge(String mailbox, long... uids) {
        Set<Long> wanted = new HashSet<>();
        for (long uid : uids) {
            wanted.add(uid);
        }
        folder(mailbox, MailAccount.INBOX).expunge(entry -> wanted.contains(entry.uid()));
    }

    /**
     * Gives an inbox a new UIDVALIDITY and every mail in it a new UID, from 1 in the old order; connections that have it open
     * are cut.
     *
     * @param mailbox the address of an account
     * @throws IllegalArgumentException if there is no such account
     */
    public void renumber(String mailbox) {
        folder(mailbox, MailAccount.INBOX).renumber();
    }

    /**
     * Returns an inbox's UIDVALIDITY.
     *
     * @param mailbox the address of an account
     * @return the value
     * @throws IllegalArgumentException if there is no such account
     */
    public long uidValidity(String mailbox) {
        return folder(mailbox, MailAccount.INBOX).uidValidity();
    }

    /**
     * Returns how many mails found no room in a mailbox and were lost (facts 1.4).
     *
     * @param mailbox the address of an account
     * @return the number
     * @throws IllegalArgumentException if there is no such account
     * @see Builder#mailboxQuota(long)
     */
    public long lostMails(String mailbox) {
        return requireAccount(mailbox).lost();
    }

    /**
     * Does everything that is due by the clock: receipts, notices, deliveries. Each bears the time at which it was due.
     *
     * @return how many pieces of work were done
     */
    public int deliverDue() {
        synchronized (delivering) {
            return office.runDue();
        }
    }

    /**
     * Returns how many pieces of work are waiting for their time.
     *
     * @return the number
     */
    public int pending() {
        return office.queue().size();
    }

    /**
     * Returns the rules by which receipts are late, out of order or repeated.
     *
     * @return the rules, to be changed, never null
     */
    public ReceiptRules receipts() {
        return office.rules();
    }

    /**
     * Returns the hand on the SMTP servers.
     *
     * @return the control, never null
     */
    public SmtpControl smtp() {
        return smtpControl;
    }

    /**
     * Returns the hand on the IMAP servers.
     *
     * @return the control, never null
     */
    public ImapControl imap() {
        return imapControl;
    }

    /**
     * Returns how many connections are open now, SMTP and IMAP.
     *
     * @return the number
     */
    public int openConnections() {
        return servers.stream().mapToInt(SocketServer::openConnections).sum();
    }

    /** Cuts every open connection, SMTP and IMAP, without a word; new ones are welcome. */
    public void dropConnections() {
        servers.forEach(SocketServer::dropConnections);
    }

    /**
     * Begins a receipt written to order: genuine, foreign, forged or damaged.
     *
     * @param type its kind
     * @return the draft, never null
     */
    public ReceiptDraft draft(ReceiptType type) {
        return new ReceiptDraft(type, provider, office.composer(), trust, office.now());
    }

    /** Stops the servers and cuts every connection. Does nothing the second time. */
    @Override
    public void close() {
        closed.countDown();
        office.queue().wakeUp();
        List<IOException> failures = new ArrayList<>();
        for (SocketServer server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                failures.add(e);
            }
        }
        // whoever stands still is let go only now, when it can do nothing but leave
        smtpScript.clear();
        imapScript.clear();
        if (directory != null) {
            // receipts that are being delivered are delivered whole
            synchronized (delivering) {
                try {
                    directory.close();
                } catch (IOException e) {
                    failures.add(e);
                }
            }
        }
        if (!failures.isEmpty()) {
            throw new UncheckedIOException(
                    "cannot close a port or the state directory of the sandbox", failures.get(0));
        }
    }

    private MailAccount requireAccount(String mailbox) {
        return office.account(mailbox)
                .orElseThrow(() ->
                        new IllegalArgumentException("mailbox must be an account of the sandbox, was: " + mailbox));
    }

    private MailFolder folder(String mailbox, String name) {
        return requireAccount(mailbox)
                .folder(name)
                .orElseThrow(() -> new IllegalArgumentException("folder must exist in " + mailbox + ", was: " + name));
    }

    /**
     * Collects how a sandbox shall be. Everything has a default. Not thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final Map<String, String> accounts = new LinkedHashMap<>();
        private final Map<String, Fate> fates = new LinkedHashMap<>();
        private final Map<String, Provider> otherProviders = new HashMap<>();
        private final Set<String> externalDomains = new LinkedHashSet<>();
        private final Set<String> hiddenImap = new HashSet<>();
        private final List<String> tlsHostNames = new ArrayList<>();
        private Provider provider = DEFAULT_PROVIDER;
        private Fate defaultFate = Fate.delivered();
        private InstantSource clock = InstantSource.system();
        private InetAddress bindAddress = InetAddress.getLoopbackAddress();
        private @Nullable Path stateDirectory;
        private double timeScale = 1;
        private boolean manual;
        private boolean pipelining = true;
        private boolean refusesOtherSenders = true;
        private boolean nameConstraints = true;
        private long sizeLimit = DEFAULT_SIZE_LIMIT;
        private long smtpSizeLimit = DEFAULT_SMTP_SIZE_LIMIT;
        private long mailboxQuota;
        private int maximumRecipients = DEFAULT_MAXIMUM_RECIPIENTS;
        private int smtpPort;
        private int smtpsPort;
        private int imapPort;
        private int imapsPort;

        private Builder() {}

        /**
         * Opens a certified mailbox.
         *
         * @param mailbox its address, which is also the login
         * @param password its password, good for access tokens (XOAUTH2) too
         * @return this builder
         */
        public Builder account(String mailbox, String password) {
            accounts.put(mailbox, password);
            return this;
        }

        /**
         * Sets the provider the sandbox plays; it manages every domain that no other provider was named for.
         *
         * @param value the provider, {@link #DEFAULT_PROVIDER} by default
         * @return this builder
         */
        public Builder provider(Provider value) {
            provider = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Sets how the provider writes its mails.
         *
         * @param value the shape
         * @return this builder
         */
        public Builder shape(WireShape value) {
            provider = new Provider(provider.domain(), provider.name(), value, provider.digest());
            return this;
        }

        /**
         * Sets what the provider signs with.
         *
         * @param value the digest, SHA-256 by default
         * @return this builder
         */
        public Builder digest(SignatureDigest value) {
            provider = new Provider(provider.domain(), provider.name(), provider.shape(), value);
            return this;
        }

        /**
         * Adds another provider, which then writes what recipients' providers write for these domains.
         *
         * @param other the provider
         * @param domains the mail domains it manages
         * @return this builder
         */
        public Builder otherProvider(Provider other, String... domains) {
            Objects.requireNonNull(other, "other");
            otherProviders.put(MailAddresses.key(other.domain()), other);
            for (String domain : domains) {
                otherProviders.put(MailAddresses.key(domain), other);
            }
            return this;
        }

        /**
         * Chooses what becomes of messages to an address.
         *
         * @param recipient the address, in any case
         * @param fate the fate
         * @return this builder
         */
        public Builder fate(String recipient, Fate fate) {
            fates.put(recipient, Objects.requireNonNull(fate, "fate"));
            return this;
        }

        /**
         * Chooses what becomes of messages to addresses that no rule speaks of.
         *
         * @param fate the fate, {@link Fate#delivered()} by default
         * @return this builder
         */
        public Builder defaultFate(Fate fate) {
            defaultFate = Objects.requireNonNull(fate, "fate");
            return this;
        }

        /**
         * Declares a domain not certified.
         *
         * @param domain the domain
         * @return this builder
         */
        public Builder externalDomain(String domain) {
            externalDomains.add(Objects.requireNonNull(domain, "domain"));
            return this;
        }

        /**
         * Sets the clock everything goes by.
         *
         * @param value the clock, the system's by default
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Makes the provider remember across lives: when its process was killed, a sandbox started on the same directory has
         * the same authorities and keys, the same mailboxes with the same UIDs, the messages accepted before, and delivers
         * what was still due, exactly once. A message is written down before SMTP answers its final dot. Faults, receipt
         * rules, passwords and the other settings of this builder are not remembered; they should be the same in every life.
         *
         * @param value the directory, made when there is none; only one sandbox can use it at a time. Without one, the
         *     default, everything is kept in memory
         * @return this builder
         */
        public Builder stateDirectory(Path value) {
            stateDirectory = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Makes simulated time run faster than the clock: at 3600 the 12-hour notice comes after 12 seconds.
         *
         * @param factor how many times faster, above 0; 1 by default
         * @return this builder
         */
        public Builder timeScale(double factor) {
            if (!(factor > 0) || Double.isInfinite(factor)) {
                throw new IllegalArgumentException("factor must be above 0, was: " + factor);
            }
            timeScale = factor;
            return this;
        }

        /**
         * Chooses the manual mode: no receipt arrives before {@link PecSandbox#deliverDue()} is called, not even one that is
         * due at once.
         *
         * @return this builder
         */
        public Builder manual() {
            manual = true;
            return this;
        }

        /**
         * Sets how many bytes the message's size times its recipients may reach before it is not accepted.
         *
         * @param bytes the limit, {@link #DEFAULT_SIZE_LIMIT} by default
         * @return this builder
         */
        public Builder sizeLimit(long bytes) {
            sizeLimit = positive("sizeLimit", bytes);
            return this;
        }

        /**
         * Sets how many bytes a message may have before SMTP itself refuses it, without any receipt.
         *
         * @param bytes the limit, {@link #DEFAULT_SMTP_SIZE_LIMIT} by default; at most 1 GiB less one byte
         * @return this builder
         */
        public Builder smtpSizeLimit(long bytes) {
            if (positive("smtpSizeLimit", bytes) >= 1L << 30) {
                throw new IllegalArgumentException("smtpSizeLimit must be below 1 GiB, was: " + bytes);
            }
            smtpSizeLimit = bytes;
            return this;
        }

        /**
         * Sets how many recipients one message may have before SMTP answers 452.
         *
         * @param number the limit, {@link #DEFAULT_MAXIMUM_RECIPIENTS} by default
         * @return this builder
         */
        public Builder maximumRecipients(int number) {
            maximumRecipients = (int) positive("maximumRecipients", number);
            return this;
        }

        /**
         * Sets how many bytes each mailbox holds; what finds no room is lost, receipts too.
         *
         * @param bytes the limit; by default there is none
         * @return this builder
         */
        public Builder mailboxQuota(long bytes) {
            mailboxQuota = positive("mailboxQuota", bytes);
            return this;
        }

        /**
         * Chooses whether SMTP offers PIPELINING.
         *
         * @param offered true by default
         * @return this builder
         */
        public Builder pipelining(boolean offered) {
            pipelining = offered;
            return this;
        }

        /**
         * Lets {@code MAIL FROM} differ from the authenticated mailbox, so that the message is answered with
         * {@code non-accettazione}; by default SMTP refuses it with 553. Both are allowed (facts 1.4).
         *
         * @return this builder
         */
        public Builder otherSendersReachTheChecks() {
            refusesOtherSenders = false;
            return this;
        }

        /**
         * Hides an IMAP extension, for clients that must do without.
         *
         * @param capability the capability, such as {@code IDLE} or {@code UIDPLUS}
         * @return this builder
         */
        public Builder withoutImap(String capability) {
            hiddenImap.add(capability.toUpperCase(Locale.ROOT));
            return this;
        }

        /**
         * Chooses whether the authority of receipts is bound to the providers' domains, as on the wire (facts 1.6).
         *
         * @param bound true by default
         * @return this builder
         */
        public Builder nameConstraints(boolean bound) {
            nameConstraints = bound;
            return this;
        }

        /**
         * Sets the address to listen on.
         *
         * @param value the address, loopback by default
         * @return this builder
         */
        public Builder bindAddress(InetAddress value) {
            bindAddress = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Adds a host name to the TLS certificate, beside localhost and the loopback addresses.
         *
         * @param name the name
         * @return this builder
         */
        public Builder tlsHostName(String name) {
            tlsHostNames.add(Objects.requireNonNull(name, "name"));
            return this;
        }

        /**
         * Sets the ports of SMTP; 0, the default, takes a free one.
         *
         * @param plain the port for plain connections and STARTTLS
         * @param tls the port for TLS from the start
         * @return this builder
         */
        public Builder smtpPorts(int plain, int tls) {
            smtpPort = port("plain", plain);
            smtpsPort = port("tls", tls);
            return this;
        }

        /**
         * Sets the ports of IMAP; 0, the default, takes a free one.
         *
         * @param plain the port for plain connections and STARTTLS
         * @param tls the port for TLS from the start
         * @return this builder
         */
        public Builder imapPorts(int plain, int tls) {
            imapPort = port("plain", plain);
            imapsPort = port("tls", tls);
            return this;
        }

        /**
         * Starts the sandbox.
         *
         * @return the running sandbox, never null
         * @throws UncheckedIOException if a port cannot be had, or the state directory cannot be used
         * @throws IllegalArgumentException if an account's address is not valid
         * @throws IllegalStateException if another sandbox uses the state directory
         */
        public PecSandbox start() {
            StateDirectory directory = openStateDirectory();
            boolean started = false;
            try {
                PecSandbox sandbox = new PecSandbox(this, directory);
                started = true;
                return sandbox;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start the sandbox on " + bindAddress + ": " + e.getMessage(), e);
            } finally {
                if (!started && directory != null) {
                    directory.abandon();
                }
            }
        }

        private @Nullable StateDirectory openStateDirectory() {
            try {
                return stateDirectory == null ? null : StateDirectory.open(stateDirectory);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot use stateDirectory " + stateDirectory + ": " + e, e);
            }
        }

        private static long positive(String field, long value) {
            if (value <= 0) {
                throw new IllegalArgumentException(field + " must be above 0, was: " + value);
            }
            return value;
        }

        private static int port(String field, int value) {
            if (value < 0 || value > 65_535) {
                throw new IllegalArgumentException(field + " must be a port from 0 to 65535, was: " + value);
            }
            return value;
        }
    }
}
