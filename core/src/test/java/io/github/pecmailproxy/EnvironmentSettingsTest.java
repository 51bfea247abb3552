package io.github.pecmailproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentSettingsTest {
    @Test
    void hasADefaultForEverythingButTheKey() {
        EnvironmentSettings settings = EnvironmentSettings.read(Map.of("PATH", "/bin"), Set.of());

        assertThat(settings.acceptanceTimeout()).isEqualTo(Duration.ofMinutes(30));
        assertThatThrownBy(settings::encryptionKeys).hasMessageStartingWith("MAIL_PROXY_ENCRYPTION_KEY: is missing");
    }

    @Test
    void readsWhatIsGiven() {
        EnvironmentSettings settings = EnvironmentSettings.read(
                Map.of(
                        "GMP_PEC_ACCEPTANCE_TIMEOUT", "3600",
                        "GMP_POLL_INTERVAL", "15",
                        "GMP_LEASE_DURATION", "90",
                        "GMP_PORT", "8000",
                        "MAIL_PROXY_ENCRYPTION_KEY", Base64.getEncoder().encodeToString(new byte[32])),
                Set.of("GMP_PORT"));

        assertThat(settings.acceptanceTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.encryptionKeys()).isNotNull();
        assertThat(settings.toString()).contains("PT1H", "PT15S", "PT1M30S").doesNotContain("AAAA");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "0", "-5", "1.5", "99999999999"})
    void namesAVariableThatIsNotANumberOfSeconds(String value) {
        assertThatThrownBy(() -> EnvironmentSettings.read(Map.of("GMP_POLL_INTERVAL", value), Set.of()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("GMP_POLL_INTERVAL: ")
                .hasMessageContaining("seconds");
    }

    @ParameterizedTest
    @CsvSource({
        "GMP_POL_INTERVAL, is unknown",
        "GMP_TRUST_ANCHORS, names no file",
        "MAIL_PROXY_ENCRYPTION_KEY, has a key of 3 bytes"
    })
    void namesAVariableThatIsUnknownOrWrong(String name, String problem) {
        assertThatThrownBy(() -> EnvironmentSettings.read(Map.of(name, "AAAA"), Set.of()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith(name + ": " + problem);
    }

    @Test
    void namesTheVariableOfAFileWithoutCertificates(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("anchors.pem"), "no certificate");
        EnvironmentSettings settings = EnvironmentSettings.read(Map.of("GMP_TRUST_ANCHORS", file.toString()), Set.of());

        assertThatThrownBy(() -> settings.applyTo(MailProxy.builder()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("GMP_TRUST_ANCHORS: ");
    }

    @Test
    void namesTheVariableOfALeaseThatIsTooShort() {
        EnvironmentSettings settings = EnvironmentSettings.read(Map.of("GMP_LEASE_DURATION", "1"), Set.of());

        assertThatThrownBy(() -> settings.applyTo(MailProxy.builder())).hasMessageStartingWith("GMP_LEASE_DURATION: ");
    }
}
