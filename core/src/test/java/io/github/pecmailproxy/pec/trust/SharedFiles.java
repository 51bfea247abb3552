package io.github.pecmailproxy.pec.trust;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sample mails and certificates that are not part of this repository. */
final class SharedFiles {
    private SharedFiles() {}

    static Path path(String relative) {
        String root = System.getProperty("pec.shared", "");
        assumeFalse(root.isBlank(), "pec.shared is not set");
        return Path.of(root, "pec").resolve(relative);
    }

    static SignedMail mail(String name) {
        try {
            return SignedMail.cut(Files.readAllBytes(path("samples/real").resolve(name)));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }
}
