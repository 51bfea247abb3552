package io.github.pecmailproxy.storage.jdbc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A database server of the machine's own packages, started for this JVM in a directory of its own on a free port of the loopback interface,
 * and stopped at the JVM's end.
 */
final class RealServer {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final Path directory;
    private final int port;

    private RealServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** Starts PostgreSQL, or returns nothing when it is not installed. Its user is {@code postgres}, without password. */
    static Optional<RealServer> postgresql() {
        return newest(Path.of("/usr/lib/postgresql"), "bin/initdb").map(initdb -> {
            Path bin = initdb.resolveSibling("");
            RealServer server = prepared("postgres");
            String data = server.directory.resolve("data").toString();
            server.run(
                    "postgres",
                    List.of(
                            bin.resolve("initdb").toString(),
                            "-D",
                            data,
                            "-U",
                            "postgres",
                            "--auth=trust",
                            "-E",
                            "UTF8",
                            "--locale=C.UTF-8",
                            "--no-sync"));
            // Speed before safety: what these tests show does not depend on the server's disk.
            String options = "-p " + server.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories="
                    + server.directory + " -c fsync=off -c max_connections=200 -c deadlock_timeout=100ms";
            String pgCtl = bin.resolve("pg_ctl").toString();
            server.run(
                    "postgres",
                    List.of(
                            pgCtl,
                            "-D",
                            data,
                            "-w",
                            "-l",
                            server.directory.resolve("log").toString(),
                            "-o",
                            options,
                            "start"));
            server.atEnd("postgres", List.of(pgCtl, "-D", data, "-m", "immediate", "stop"));
            return server;
        });
    }

    /** Starts MariaDB, or returns nothing when it is not installed. Its user is {@code test}, with the password {@code test}. */
    static Optional<RealServer> mariadb() {
        Path daemon = Path.of("/usr/sbin/mariadbd");
        if (!Files.isExecutable(daemon)) {
            return Optional.empty();
        }
        RealServer server = prepared("mysql");
        String data = server.directory.resolve("data").toString();
        String socket = server.directory.resolve("socket").toString();
        server.run(
                "mysql",
                List.of(
                        "mariadb-install-db",
                        "--no-defaults",
                        "--datadir=" + data,
                        "--auth-root-authentication-method=normal",
                        "--skip-test-db"));
        server.start(
                "mysql",
                List.of(
                        daemon.toString(),
                        "--no-defaults",
                        "--datadir=" + data,
                        "--socket=" + socket,
                        "--pid-file=" + server.directory.resolve("pid"),
                        "--port=" + server.port,
                        "--bind-address=127.0.0.1",
                        "--log-error=" + server.directory.resolve("log"),
                        "--innodb-flush-log-at-trx-commit=0",
                        "--max-connections=200",
                        "--innodb-lock-wait-timeout=20"));
        server.awaitSuccess("mysql", List.of("mariadb-admin", "--no-defaults", "-S", socket, "-uroot", "ping"));
        server.run(
                "mysql",
                List.of(
                        "mariadb",
                        "--no-defaults",
                        "-S",
                        socket,
                        "-uroot",
                        "-e",
                        "CREATE DATABASE test; CREATE USER test@'%' IDENTIFIED BY 'test'; GRANT ALL ON *.* TO test@'%' WITH GRANT OPTION"));
        server.atEnd("mysql", List.of("mariadb-admin", "--no-defaults", "-S", socket, "-uroot", "shutdown"));
        return server.itself();
    }

    private Optional<RealServer> itself() {
        return Optional.of(this);
    }

    private static Optional<Path> newest(Path directory, String program) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(directory)) {
            return versions.map(version -> version.resolve(program))
                    .filter(Files::isExecutable)
                    .max(Comparator.comparing(path -> Integer.parseInt(
                            path.getParent().getParent().getFileName().toString())));
        } catch (IOException failure) {
            throw new AssertionError("cannot look for servers", failure);
        }
    }

    private static RealServer prepared(String user) {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RealServer server = new RealServer(Files.createTempDirectory("server"), free.getLocalPort());
            if (ROOT) {
                server.runAsIs(List.of("chown", user, server.directory.toString()));
            }
            return server;
        } catch (IOException failure) {
            throw new AssertionError("cannot prepare a server", failure);
        }
    }

    /** Servers refuse to run as root. */
    private static List<String> as(String user, List<String> command) {
        if (!ROOT) {
            return command;
        }
        List<String> asUser = new ArrayList<>(List.of("runuser", "-u", user, "--"));
        asUser.addAll(command);
        return asUser;
    }

    private void run(String user, List<String> command) {
        runAsIs(as(user, command));
    }

    private void runAsIs(List<String> command) {
        try {
            Path output = Files.createTempFile("server", ".out");
            int exit = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            if (exit != 0) {
                throw new AssertionError(command + " failed: " + text);
            }
        } catch (IOException failure) {
            throw new AssertionError(command + " cannot be run", failure);
        } catch (InterruptedException interrupted) {
            throw new AssertionError("interrupted", interrupted);
        }
    }

    private void start(String user, List<String> command) {
        try {
            new ProcessBuilder(as(user, command))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException failure) {
            throw new AssertionError(command + " cannot be run", failure);
        }
    }

    private void awaitSuccess(String user, List<String> command) {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .ignoreExceptionsMatching(AssertionError.class::isInstance)
                .until(() -> {
                    try {
                        run(user, command);
                        return true;
                    } catch (AssertionError notYet) {
                        return false;
                    }
                });
    }

    private void atEnd(String user, List<String> command) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            run(user, command);
            runAsIs(List.of("rm", "-rf", directory.toString()));
        }));
    }
}
