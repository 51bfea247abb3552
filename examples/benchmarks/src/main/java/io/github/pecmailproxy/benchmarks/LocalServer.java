package io.github.pecmailproxy.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server of the machine's own packages, started on a free port of the loopback interface with data in a directory of its own, stopped
 * when it is closed. Not thread-safe.
 */
final class LocalServer implements AutoCloseable {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final int MOST_LOOKS = 600;

    private final Process process;
    private final int port;

    private LocalServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** Starts Postfix' smtp-sink, which takes every message and forgets it; empty where it is not installed. */
    static Optional<LocalServer> smtpSink() throws IOException, InterruptedException {
        Path program = Path.of("/usr/sbin/smtp-sink");
        if (!Files.isExecutable(program)) {
            return Optional.empty();
        }
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if (ROOT) {
            command.addAll(List.of("-u", "postfix"));
        }
        command.addAll(List.of("127.0.0.1:" + port, "500"));
        return Optional.of(started(command, port));
    }

    /** Starts PostgreSQL with its own defaults, so that a commit is on the disk; empty where it is not installed. */
    static Optional<LocalServer> postgresql(Path directory) throws IOException, InterruptedException {
        Optional<Path> bin = newest(Path.of("/usr/lib/postgresql"));
        if (bin.isEmpty()) {
            return Optional.empty();
        }
        Files.createDirectories(directory);
        if (ROOT) {
            run(List.of("chown", "postgres", directory.toString()));
        }
        String data = directory.resolve("data").toString();
        run(asPostgres(List.of(
                bin.get().resolve("initdb").toString(), "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8")));
        int port = freePort();
        // Started directly and not by pg_ctl: ends with the process that is destroyed.
        return Optional.of(started(
                asPostgres(List.of(
                        bin.get().resolve("postgres").toString(),
                        "-D",
                        data,
                        "-p",
                        String.valueOf(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=" + directory)),
                port));
    }

    /**
     * Starts Dovecot with Maildirs below {@code mail} for whoever logs in with the password {@code secret}; empty where it is not
     * installed.
     */
    static Optional<LocalServer> dovecot(Path directory) throws IOException, InterruptedException {
        Path program = Path.of("/usr/sbin/dovecot");
        if (!Files.isExecutable(program)) {
            return Optional.empty();
        }
        Files.createDirectories(directory.resolve("mail"));
        String owner = System.getProperty("user.name");
        String unprivileged = "default_internal_user = " + owner + "\ndefault_login_user = " + owner
                + "\nservice anvil {\n chroot =\n}\nservice imap-login {\n chroot =\n}\n";
        if (ROOT) {
            owner = "mail";
            unprivileged = "";
            run(List.of("chmod", "711", directory.toString()));
            giveToMail(directory.resolve("mail"));
        }
        int port = freePort();
        Path configuration = directory.resolve("dovecot.conf");
        Files.writeString(configuration, """
                base_dir = %1$s/run
                state_dir = %1$s/state
                log_path = %1$s/log
                protocols = imap
                listen = 127.0.0.1
                ssl = no
                disable_plaintext_auth = no
                auth_username_format = %%u
                mail_location = maildir:~/Maildir
                first_valid_uid = 1
                passdb {
                  driver = static
                  args = password=secret
                }
                userdb {
                  driver = static
                  args = uid=%3$s gid=%3$s home=%1$s/mail/%%u
                }
                namespace inbox {
                  inbox = yes
                }
                service imap-login {
                  inet_listener imap {
                    port = %2$d
                  }
                }
                service stats {
                  unix_listener stats-writer {
                    mode = 0666
                  }
                }
                %4$s
                """.formatted(directory, port, owner, unprivileged));
        return Optional.of(started(List.of(program.toString(), "-F", "-c", configuration.toString()), port));
    }

    /** Makes files those of the user as whom Dovecot reads, where this process may. */
    static void giveToMail(Path path) throws IOException, InterruptedException {
        if (ROOT) {
            run(List.of("chown", "-R", "mail:mail", path.toString()));
        }
    }

    /** Lets Dovecot read a file that is to stay as it is. */
    static void readableByMail(Path file) throws IOException {
        if (ROOT) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** Servers refuse to run as root. */
    private static List<String> asPostgres(List<String> command) {
        List<String> complete = new ArrayList<>();
        if (ROOT) {
            complete.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
        }
        complete.addAll(command);
        return complete;
    }

    private static LocalServer started(List<String> command, int port) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        LocalServer server = new LocalServer(process, port);
        // Also when the run is broken off.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        for (int look = 0; look < MOST_LOOKS && process.isAlive(); look++) {
            try (Socket ready = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return server;
            } catch (IOException notYet) {
                process.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
        server.close();
        throw new IOException(command.get(0) + " does not start");
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private static Optional<Path> newest(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(directory)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparing(Path::toString));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
