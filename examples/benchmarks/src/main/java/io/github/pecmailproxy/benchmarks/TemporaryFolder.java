package io.github.pecmailproxy.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that is gone when it is closed, or when the run is broken off. */
final class TemporaryFolder implements AutoCloseable {
    private static final int MOST_TRIES = 5;

    private final Path folder;
    private final Thread atExit = new Thread(this::delete);

    TemporaryFolder(String name) throws IOException {
        folder = Files.createTempDirectory(name);
        // Servers that run as other users must reach what is theirs in it.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Returns the place of something in it. */
    Path path(String name) {
        return folder.resolve(name);
    }

    @Override
    public void close() {
        delete();
    }

    private void delete() {
        // A server that is just ending may still write.
        for (int attempt = 0; attempt < MOST_TRIES && Files.exists(folder); attempt++) {
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> deepestFirst =
                        files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : deepestFirst) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException stillBusy) {
                // Once more.
            }
        }
    }
}
