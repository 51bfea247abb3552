package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Real messages that lie outside the project: the system property {@code pec.shared} says where. */
final class SharedSamples {
    private SharedSamples() {}

    /** The directory of the real messages; the test is skipped without the property. */
    static Path directory() {
        String shared = System.getProperty("pec.shared", "");
        assumeTrue(!shared.isBlank(), "the system property pec.shared is not set");
        Path samples = Path.of(shared, "pec", "samples");
        assertThat(samples).isDirectory();
        return samples;
    }

    static byte[] read(String name) {
        try {
            return Files.readAllBytes(directory().resolve(name));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }
}
