package io.github.pecmailproxy.storage.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;

/** A process that runs the whole engine on a shared database until it is killed, or asked to end: then it leaves gracefully. */
final class KilledNode {
    static final String STEADY = "steady";
    static final String LIMITED = "limited";

    /** So much is granted in each of these windows to {@link #LIMITED}, whoever asks. */
    static final RateLimit LIMIT = new RateLimit(12, Duration.ofSeconds(4));

    static final Duration LEASE = Duration.ofSeconds(3);
    static final int LEASE_AHEAD = 4;
    static final int CONNECTIONS = 2;

    private KilledNode() {}

    /** Takes a file of properties that says where everything is. */
    public static void main(String[] arguments) throws IOException, CertificateException, InterruptedException {
        Properties where = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(arguments[0]))) {
            where.load(in);
        }
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(where.getProperty("url"));
        pool.setUsername(where.getProperty("user"));
        pool.setPassword(where.getProperty("password"));
        pool.setMaximumPoolSize(8);
        MailProxy proxy = MailProxy.builder()
                .store(JdbcEventStore.builder().dataSource(pool).build())
                .account(account(where, STEADY).build())
                .account(account(where, LIMITED).rateLimit(LIMIT).build())
                .trust(ProviderTrust.builder()
                        .anchor(certificate(where.getProperty("receipt-ca")))
                        .build())
                .retryDelays(Collections.nCopies(100, Duration.ofSeconds(1)))
                .leaseDuration(LEASE)
                .leaseAhead(LEASE_AHEAD)
                .pollInterval(Duration.ofSeconds(1))
                .timeoutInterval(Duration.ofMillis(500))
                .dispatchInterval(Duration.ofMillis(200))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(proxy::close));
        proxy.start();
        System.out.println("running");
        Thread.currentThread().join();
    }

    /** Returns an account as it is known to whoever enqueues and to whoever sends. */
    static MailAccount.Builder account(Properties where, String id) throws IOException, CertificateException {
        return MailAccount.pec(id)
                .smtps(where.getProperty("host"), Integer.parseInt(where.getProperty("smtps")))
                .imaps(where.getProperty("host"), Integer.parseInt(where.getProperty("imaps")))
                .credentials(mailbox(where.getProperty("name"), id), where.getProperty("mailbox-password"))
                .maxConnections(CONNECTIONS)
                .acceptanceTimeout(Duration.ofSeconds(8))
                .tlsTrust(TlsTrust.of(certificate(where.getProperty("tls-ca"))));
    }

    static String mailbox(String database, String account) {
        return account + "-" + database + "@pec.example";
    }

    static List<String> accounts() {
        return List.of(STEADY, LIMITED);
    }

    private static X509Certificate certificate(String file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
