package io.github.pecmailproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real mail server (Postfix 3.7) on loopback, with a folder and ports of its own, that lets users send after login and over TLS only:
 * {@code alice} and {@code bob}, both with the password {@value #PASSWORD}. {@code alice} may send as {@code alice@example.org}, {@code bob} as {@code bob@example.org}. All mail is
 * kept in one folder; {@code unknown@example.org} is refused for good and {@code later@example.org} for now. Tests that use it are skipped
 * where it is not installed.
 */
public final class PostfixServer implements AutoCloseable {
    /** The password of both users. */
    public static final String PASSWORD = DovecotAuthentication.PASSWORD;

    private static final String PROGRAM = "/usr/sbin/postfix";

    private final Path folder;
    private final int port;
    private final int tlsPort;
    private final ServerProcess process;
    private final DovecotAuthentication users;

    private PostfixServer(Path folder, int port, int tlsPort, ServerProcess process, DovecotAuthentication users) {
        this.folder = folder;
        this.port = port;
        this.tlsPort = tlsPort;
        this.process = process;
        this.users = users;
    }

    /**
     * Starts a server, or skips the test.
     *
     * @param certificate what it shows, for {@code localhost}
     */
    public static PostfixServer start(TestCertificate certificate) {
        ServerProcess.assumeInstalled(PROGRAM);
        DovecotAuthentication users = DovecotAuthentication.start();
        Path folder = ServerProcess.folder("pmp-smtp");
        int port = ServerProcess.freePort();
        int tlsPort = ServerProcess.freePort();
        Path configuration = folder.resolve("etc");
        try {
            certificate.writeTo(folder);
            for (String name : List.of("etc", "queue", "data", "mail")) {
                Files.createDirectories(folder.resolve(name));
            }
            Files.writeString(configuration.resolve("main.cf"), main(folder, users));
            Files.writeString(configuration.resolve("master.cf"), master(port, tlsPort));
            Files.writeString(configuration.resolve("logins"), "alice@example.org alice\nbob@example.org bob\n");
            Files.writeString(
                    configuration.resolve("recipients"),
                    "unknown@example.org 550 5.1.1 no such user\nlater@example.org 450 4.2.0 come back\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        ServerProcess.run(List.of("chown", "postfix", folder.resolve("data").toString()));
        ServerProcess.run(List.of("chown", "mail:mail", folder.resolve("mail").toString()));
        ServerProcess process = ServerProcess.start(
                folder,
                List.of(PROGRAM, "-c", configuration.toString(), "start-fg"),
                List.of(PROGRAM, "-c", configuration.toString(), "stop"),
                port,
                tlsPort);
        return new PostfixServer(folder, port, tlsPort, process, users);
    }

    /** The port for STARTTLS. */
    public int port() {
        return port;
    }

    /** The port for implicit TLS. */
    public int tlsPort() {
        return tlsPort;
    }

    /** The mails that were delivered, with LF line ends, as the server wrote them. */
    public List<String> delivered() {
        Path mails = folder.resolve("mail/all/new");
        if (!Files.isDirectory(mails)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(mails)) {
            return files.sorted().map(PostfixServer::read).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** What the server logged of each connection when it ended: which commands came how often. */
    public List<String> endedConnections() {
        return read(folder.resolve("maillog"))
                .lines()
                .filter(line -> line.contains(": disconnect from "))
                .toList();
    }

    @Override
    public void close() {
        try {
            process.close();
        } finally {
            users.close();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String main(Path folder, DovecotAuthentication users) {
        return """
                compatibility_level = 3.6
                queue_directory = FOLDER/queue
                data_directory = FOLDER/data
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                mail_owner = postfix
                setgid_group = postdrop
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                myhostname = localhost
                mydestination =
                mynetworks =
                alias_maps =
                maillog_file = FOLDER/maillog
                maillog_file_prefixes = FOLDER
                virtual_mailbox_domains = example.org
                virtual_mailbox_base = FOLDER/mail
                virtual_mailbox_maps = static:all/
                virtual_uid_maps = static:MAIL_USER
                virtual_gid_maps = static:MAIL_USER
                virtual_minimum_uid = 1
                virtual_mailbox_limit = 0
                default_transport = discard:
                relay_transport = discard:
                smtpd_sasl_auth_enable = yes
                smtpd_sasl_type = dovecot
                smtpd_sasl_path = AUTHENTICATION
                smtpd_sender_login_maps = texthash:FOLDER/etc/logins
                smtpd_sender_restrictions = reject_sender_login_mismatch
                smtpd_relay_restrictions = permit_sasl_authenticated, reject
                smtpd_recipient_restrictions = check_recipient_access texthash:FOLDER/etc/recipients, permit_sasl_authenticated, reject
                smtpd_tls_cert_file = FOLDER/cert.pem
                smtpd_tls_key_file = FOLDER/key.pem
                smtpd_tls_security_level = may
                smtpd_tls_auth_only = yes
                smtpd_client_connection_count_limit = 200
                default_process_limit = 100
                message_size_limit = 104857600
                """.replace("FOLDER", folder.toString())
                .replace("AUTHENTICATION", users.socket().toString())
                .replace("MAIL_USER", "8");
    }

    private static String master(int port, int tlsPort) {
        return """
                PLAIN_PORT inet n - n - - smtpd
                TLS_PORT inet n - n - - smtpd
                  -o smtpd_tls_wrappermode=yes
                pickup unix n - n 60 1 pickup
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 300 1 qmgr
                tlsmgr unix - - n 1000? 1 tlsmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                verify unix - - n - 1 verify
                proxymap unix - - n - - proxymap
                error unix - - n - - error
                retry unix - - n - - error
                discard unix - - n - - discard
                virtual unix - n n - - virtual
                anvil unix - - n - 1 anvil
                postlog unix-dgram n - n - 1 postlogd
                """.replace("PLAIN_PORT", Integer.toString(port)).replace("TLS_PORT", Integer.toString(tlsPort));
    }
}
