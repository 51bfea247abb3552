package io.github.pecmailproxy.testing;

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
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** A real server as a child process with a folder of its own, ended and removed when it is closed. */
final class ServerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path folder;
    private final Process process;
    private final Path output;
    private final List<String> stopCommand;

    private ServerProcess(Path folder, Process process, Path output, List<String> stopCommand) {
        this.folder = folder;
        this.process = process;
        this.output = output;
        this.stopCommand = stopCommand;
    }

    /** Skips the test where a program is not installed, or may not change to other users. */
    static void assumeInstalled(String program) {
        Assumptions.assumeTrue(Files.isExecutable(Path.of(program)), () -> program + " is not installed");
        Assumptions.assumeTrue(
                System.getProperty("user.name").equals("root"), () -> program + " is started by root only");
    }

    /** Makes a folder that other users may enter. */
    static Path folder(String prefix) {
        try {
            return Files.createTempDirectory(
                            prefix, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")))
                    .toRealPath();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A port that nobody listens on now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Starts a program and waits until it listens on all ports.
     *
     * @param stopCommand what ends it with all its children
     */
    static ServerProcess start(Path folder, List<String> command, List<String> stopCommand, int... ports) {
        Path output = folder.resolve("output.log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            ServerProcess server = new ServerProcess(folder, process, output, stopCommand);
            for (int port : ports) {
                server.awaitListening(port);
            }
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Runs a program to its end. */
    static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private void awaitListening(int port) {
        Awaitility.await("port " + port + " of " + folder)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the server ended: " + Files.readString(output));
                    }
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                        return true;
                    } catch (IOException notYet) {
                        return false;
                    }
                });
    }

    @Override
    public void close() {
        try {
            run(stopCommand);
        } finally {
            end();
            delete(folder);
        }
    }

    private void end() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException busy) {
            // Left to the operating system: nothing in a temporary folder is worth failing a test.
            return;
        }
    }
}
