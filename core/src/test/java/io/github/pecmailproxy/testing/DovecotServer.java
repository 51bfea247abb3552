package io.github.pecmailproxy.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A private Dovecot on free loopback ports, with STARTTLS, implicit TLS and XOAUTH2, users {@code alice} and {@code bob} and the
 * password {@value #PASSWORD}. Tests that need it are skipped where Dovecot is not installed.
 */
public final class DovecotServer implements AutoCloseable {
    /** Every user's password. */
    public static final String PASSWORD = "mailbox-secret";

    private static final List<Path> BINARIES =
            List.of(Path.of("/usr/sbin/dovecot"), Path.of("/usr/local/sbin/dovecot"));
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();
    private static final byte[] TOKEN_KEY =
            "a key that only this test server knows".getBytes(StandardCharsets.US_ASCII);

    private final Path folder;
    private final Process process;
    private final int port;
    private final int tlsPort;
    private final X509Certificate certificate;

    private DovecotServer(Path folder, Process process, int port, int tlsPort, X509Certificate certificate) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.tlsPort = tlsPort;
        this.certificate = certificate;
    }

    /** Starts a server whose certificate is for localhost and 127.0.0.1. */
    public static DovecotServer start() {
        return start("");
    }

    /** Starts a server with further settings. */
    public static DovecotServer start(String settings) {
        Path binary = BINARIES.stream().filter(Files::isExecutable).findFirst().orElse(null);
        Assumptions.assumeTrue(binary != null, "Dovecot is not installed");
        try {
            Path folder = Files.createTempDirectory("dovecot");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            X509Certificate certificate = certificate(folder);
            int port = freePort();
            int tlsPort = freePort();
            Path configuration = configure(folder, port, tlsPort, settings);
            Process process = new ProcessBuilder(binary.toString(), "-F", "-c", configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out").toFile())
                    .start();
            DovecotServer server = new DovecotServer(folder, process, port, tlsPort, certificate);
            Awaitility.await().until(() -> server.greets(port) || !process.isAlive());
            if (!process.isAlive()) {
                throw new IllegalStateException("Dovecot does not start: " + Files.readString(folder.resolve("out")));
            }
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Returns the port that speaks plain IMAP and STARTTLS. */
    public int port() {
        return port;
    }

    /** Returns the port that speaks TLS at once. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Returns the certificate, which is its own authority. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** Returns what the server has logged. */
    public String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Returns an access token that the server takes for a user. */
    public String accessToken(String user) {
        long now = System.currentTimeMillis() / 1000;
        String header = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.US_ASCII));
        String claims = encode(("{\"sub\":\"" + user + "\",\"email\":\"" + user + "\",\"iat\":" + (now - 10)
                        + ",\"nbf\":" + (now - 10) + ",\"exp\":" + (now + 3600) + "}")
                .getBytes(StandardCharsets.US_ASCII));
        try {
            javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA256");
            mac.init(new javax.crypto.spec.SecretKeySpec(TOKEN_KEY, "HmacSHA256"));
            byte[] signature = mac.doFinal((header + "." + claims).getBytes(StandardCharsets.US_ASCII));
            return header + "." + claims + "." + encode(signature);
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Puts a mail into a user's folder as a delivery does: a file of exactly these bytes that nobody has seen. */
    public void deliver(String user, String mailFolder, byte[] mail) {
        try {
            Path maildir = maildir(user, mailFolder);
            createFolder(user, mailFolder);
            String name = System.currentTimeMillis() / 1000 + ".M" + System.nanoTime() + "P1.test";
            Path written = maildir.resolve("tmp").resolve(name);
            Files.write(written, mail);
            if (isRoot()) {
                Files.setAttribute(written, "unix:uid", Files.getAttribute(maildir, "unix:uid"));
                Files.setAttribute(written, "unix:gid", Files.getAttribute(maildir, "unix:gid"));
            }
            Files.move(written, maildir.resolve("new").resolve(name));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Makes sure that a user's folder is there. */
    public void createFolder(String user, String mailFolder) {
        Path maildir = maildir(user, mailFolder);
        if (Files.isDirectory(maildir.resolve("new"))) {
            return;
        }
        try {
            for (String part : List.of("tmp", "new", "cur")) {
                Files.createDirectories(maildir.resolve(part));
            }
            run(List.of("chown", "-R", "mail:mail", folder.resolve("mail").toString()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Returns where a user's folder lies on disk. */
    public Path maildir(String user, String mailFolder) {
        Path inbox = folder.resolve("mail").resolve(user).resolve("Maildir");
        return mailFolder.equals("INBOX") ? inbox : inbox.resolve("." + mailFolder);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException | UncheckedIOException stillBusy) {
            // A temporary folder that the system clears away.
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private boolean greets(int greetingPort) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), greetingPort), 1000);
            socket.setSoTimeout(1000);
            return socket.getInputStream().read() == '*';
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Path configure(Path folder, int port, int tlsPort, String settings) throws IOException {
        Files.createDirectories(folder.resolve("mail"));
        Files.writeString(folder.resolve("users"), "alice:{PLAIN}" + PASSWORD + "\nbob:{PLAIN}" + PASSWORD + "\n");
        Path keys = Files.createDirectories(folder.resolve("keys/default/HS256"));
        Files.writeString(keys.resolve("default"), Base64.getEncoder().encodeToString(TOKEN_KEY));
        Files.writeString(
                folder.resolve("oauth2.conf"),
                "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=" + folder.resolve("keys")
                        + "/\nusername_attribute = sub\n");
        String owner = isRoot() ? "mail" : System.getProperty("user.name");
        if (isRoot()) {
            run(List.of("chown", "-R", "mail:mail", folder.resolve("mail").toString()));
            run(List.of(
                    "chmod",
                    "-R",
                    "a+rX",
                    folder.resolve("keys").toString(),
                    folder.resolve("oauth2.conf").toString()));
        }
        String unprivileged = isRoot()
                ? ""
                : "default_internal_user = " + owner + "\ndefault_login_user = " + owner + "\n"
                        + "service anvil {\n chroot =\n}\nservice imap-login {\n chroot =\n}\n";
        Path configuration = folder.resolve("dovecot.conf");
        Files.writeString(configuration, """
                base_dir = %1$s/run
                state_dir = %1$s/state
                log_path = %1$s/log
                protocols = imap
                listen = 127.0.0.1
                ssl = yes
                ssl_cert = <%1$s/cert.pem
                ssl_key = <%1$s/key.pem
                disable_plaintext_auth = no
                auth_mechanisms = plain login xoauth2
                mail_location = maildir:~/Maildir
                mail_max_userip_connections = 1000
                first_valid_uid = 1
                passdb {
                  driver = oauth2
                  mechanisms = xoauth2
                  args = %1$s/oauth2.conf
                }
                passdb {
                  driver = passwd-file
                  args = scheme=PLAIN username_format=%%u %1$s/users
                }
                userdb {
                  driver = static
                  args = uid=%4$s gid=%4$s home=%1$s/mail/%%u
                }
                namespace inbox {
                  inbox = yes
                }
                service imap-login {
                  inet_listener imap {
                    port = %2$d
                  }
                  inet_listener imaps {
                    port = %3$d
                    ssl = yes
                  }
                }
                service stats {
                  unix_listener stats-writer {
                    mode = 0666
                  }
                }
                %5$s
                %6$s
                """.formatted(folder, port, tlsPort, owner, unprivileged, settings));
        return configuration;
    }

    private static X509Certificate certificate(Path folder) throws IOException {
        Path store = folder.resolve("keystore.p12");
        String password = new String(STORE_PASSWORD);
        run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                password));
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), STORE_PASSWORD);
            X509Certificate certificate = (X509Certificate) keys.getCertificate("server");
            Files.writeString(folder.resolve("cert.pem"), pem("CERTIFICATE", certificate.getEncoded()));
            Files.writeString(
                    folder.resolve("key.pem"),
                    pem("PRIVATE KEY", keys.getKey("server", STORE_PASSWORD).getEncoded()));
            return certificate;
        } catch (java.security.GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command.get(0) + " fails: " + output);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
