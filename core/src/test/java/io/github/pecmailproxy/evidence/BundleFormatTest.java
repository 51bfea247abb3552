package io.github.pecmailproxy.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.OutgoingMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The format of a bundle, pinned: whoever got one must be able to verify it with every later version, and what people were given to
 * read must not change its meaning. What differs from run to run (keys, hashes, identifiers) is replaced by a name for it.
 */
class BundleFormatTest {
    /** Hashes, certificates, serial numbers and identifiers: the same one gets the same number wherever it stands. */
    private static final Pattern NAMED =
            Pattern.compile("\\b[0-9a-f]{64}\\b|certificates/[0-9a-f]{16}|\\b[0-9A-F]{26,32}\\b"
                    + "|<?(?:pmp1|opec)[A-Za-z0-9.]+@[a-z.]+>?");

    private static final Pattern SIZE = Pattern.compile("(?<=\"size\": )\\d+");
    private static final Pattern EXPIRY = Pattern.compile("(?<=\"not_after\": \")[^\"]+");

    private static Bundle bundle;

    @BeforeAll
    static void export() {
        OutgoingMessage.Builder message = SandboxEvidence.message()
                .attach(Attachment.of(
                        "contratto è.pdf", "application/pdf", "%PDF il contratto".getBytes(StandardCharsets.UTF_8)));
        try (SandboxEvidence evidence = new SandboxEvidence()) {
            bundle = Bundle.of(evidence.exported(message));
        }
    }

    @ParameterizedTest
    @CsvSource({"index.json", "verification.txt"})
    void isWhatItWas(String name) throws IOException {
        try (InputStream golden =
                Objects.requireNonNull(BundleFormatTest.class.getResourceAsStream("bundle-" + name), name)) {
            assertThat(normalised(bundle.text(name)))
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void hasTheFilesItHad() {
        assertThat(bundle.files().keySet())
                .map(name -> name.replaceFirst("[0-9a-f]{16}", "N"))
                .containsExactly(
                        "verification.txt",
                        "index.json",
                        "SHA256SUMS",
                        "original.eml",
                        "receipts/01-accettazione.eml",
                        "receipts/02-avvenuta-consegna-mario@pec.example.eml",
                        "receipts/03-errore-consegna-piena@pec.example.eml",
                        "certificates/N.pem",
                        "certificates/N.pem");
        assertThat(bundle.text("SHA256SUMS").lines())
                .hasSize(bundle.files().size() - 1)
                .allMatch(line -> line.matches("[0-9a-f]{64} {2}\\S+"));
    }

    private static String normalised(String text) {
        Map<String, String> names = new HashMap<>();
        String sized = EXPIRY.matcher(SIZE.matcher(text).replaceAll("{size}")).replaceAll("{expiry}");
        return NAMED.matcher(sized)
                .replaceAll(match -> names.computeIfAbsent(match.group(), value -> "{" + (names.size() + 1) + "}"));
    }
}
