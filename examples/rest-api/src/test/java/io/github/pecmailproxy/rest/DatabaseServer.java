package io.github.pecmailproxy.rest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A database server of the machine's own packages, started for this JVM on a free port of loopback, each when it is first asked for. */
final class DatabaseServer {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final String user;
    private final Path folder;
    private final int port;

    private DatabaseServer(String user) throws IOException {
        this.user = user;
        folder = Files.createTempDirectory("database");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        if (ROOT) {
            finish(new ProcessBuilder("chown", user, folder.toString()));
        }
    }

    private static final class Mariadb {
        static final String URL = startMariadb();
    }

    private static String startMariadb() {
        try {
            DatabaseServer server = new DatabaseServer("mysql");
            String data = server.folder.resolve("data").toString();
            String socket = server.folder.resolve("socket").toString();
            server.run(
                    "mariadb-install-db",
                    "--no-defaults",
                    "--datadir=" + data,
                    "--skip-test-db",
                    "--auth-root-authentication-method=normal");
            server.command(
                            "/usr/sbin/mariadbd",
                            "--no-defaults",
                            "--datadir=" + data,
                            "--socket=" + socket,
                            "--port=" + server.port,
                            "--bind-address=127.0.0.1",
                            "--log-error=" + server.folder.resolve("log"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            server.atEnd("mariadb-admin", "--no-defaults", "-S", socket, "-uroot", "shutdown");
            Await.untilAsserted(() -> server.run("mariadb-admin", "--no-defaults", "-S", socket, "-uroot", "ping"));
            server.run(
                    "mariadb",
                    "--no-defaults",
                    "-S",
                    socket,
                    "-uroot",
                    "-e",
                    "CREATE DATABASE test; CREATE USER test@'%' IDENTIFIED BY 'test'; GRANT ALL ON test.* TO test@'%'");
            return "jdbc:mariadb://127.0.0.1:" + server.port + "/test?user=test&password=test";
        } catch (IOException failure) {
            throw new AssertionError("MariaDB does not start", failure);
        }
    }

    private static final class Postgresql {
        static final String URL = startPostgresql();
    }

    private static String startPostgresql() {
        try {
            DatabaseServer server = new DatabaseServer("postgres");
            Path programs = postgresqlPrograms().orElseThrow();
            String data = server.folder.resolve("data").toString();
            server.run(
                    programs.resolve("initdb").toString(),
                    "-D",
                    data,
                    "-U",
                    "postgres",
                    "--auth=trust",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync");
            server.run(
                    programs.resolve("pg_ctl").toString(),
                    "-D",
                    data,
                    "-w",
                    "-l",
                    server.folder.resolve("log").toString(),
                    "-o",
                    "-p " + server.port + " -c listen_addresses=127.0.0.1 -c fsync=off -c unix_socket_directories="
                            + server.folder,
                    "start");
            server.atEnd(programs.resolve("pg_ctl").toString(), "-D", data, "-m", "immediate", "stop");
            return "jdbc:postgresql://127.0.0.1:" + server.port + "/postgres?user=postgres";
        } catch (IOException failure) {
            throw new AssertionError("PostgreSQL does not start", failure);
        }
    }

    private static Optional<Path> postgresqlPrograms() {
        Path installed = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(installed)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        } catch (IOException failure) {
            return Optional.empty();
        }
    }

    /** Returns the URL of a MariaDB, or skips the test where it is not installed. */
    static String mariadb() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/mariadbd")), "MariaDB is not installed");
        return Mariadb.URL;
    }

    /** Returns the URL of a PostgreSQL, or skips the test where it is not installed. */
    static String postgresql() {
        assumeTrue(postgresqlPrograms().isPresent(), "PostgreSQL is not installed");
        return Postgresql.URL;
    }

    /** Servers refuse to run as root. */
    private ProcessBuilder command(String... command) {
        List<String> all = new ArrayList<>(ROOT ? List.of("runuser", "-u", user, "--") : List.of());
        all.addAll(List.of(command));
        return new ProcessBuilder(all).directory(folder.toFile());
    }

    private void run(String... command) {
        finish(command(command));
    }

    private static void finish(ProcessBuilder command) {
        try {
            Path output = Files.createTempFile("database", ".out");
            Process process = command.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(command.command() + " failed: " + Files.readString(output));
            }
            Files.delete(output);
        } catch (IOException failure) {
            throw new AssertionError(command.command() + " cannot be run", failure);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private void atEnd(String... command) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            run(command);
            finish(new ProcessBuilder("rm", "-rf", folder.toString()));
        }));
    }
}
