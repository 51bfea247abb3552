package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment says, and what of it protects. */
class SettingsTest {
    private static Settings of(Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("MAIL_PROXY_ENCRYPTION_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        return Settings.of(environment);
    }

    @Test
    void listensOnLoopbackWithoutAToken() {
        Settings settings = of(Map.of("PATH", "/bin"));

        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.isOpen()).isTrue();
        assertThat(settings.port()).isEqualTo(8000);
        assertThat(settings.acceptanceTimeout()).isEqualTo(Duration.ofMinutes(30));
        assertThat(of(Map.of("GMP_API_TOKEN", "long-enough")).host()).isEqualTo("0.0.0.0");
    }

    @Test
    void readsWhatTheDocumentSays() {
        Settings settings = of(Map.of(
                "GMP_PEC_ACCEPTANCE_TIMEOUT",
                "3600",
                "GMP_PORT",
                "8080",
                "GMP_CLIENT_SYNC_URL",
                "https://app.example/proxy_sync"));

        assertThat(settings.acceptanceTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.clientSyncUrl()).hasHost("app.example");
    }

    @ParameterizedTest
    @CsvSource({
        "GMP_PORT, many",
        "GMP_PORT, 70000",
        "GMP_POLL_INTERVAL, 0",
        "GMP_PEC_ACCEPTANCE_TIMEOUT, 1h",
        "GMP_PEC_ACCEPTANCE_TIMEOUT, 31536001",
        "GMP_TRUST_ANCHORS, /not/there.pem",
        "GMP_CLIENT_SYNC_URL, ftp://x",
        "GMP_HOST, 0.0.0.0",
        "GMP_API_TOKEN, short",
        "GMP_PROT, 8000",
    })
    void namesTheVariableThatIsWrong(String name, String value) {
        assertThatThrownBy(() -> of(Map.of(name, value)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not base64!", "c2hvcnQ=", " "})
    void refusesAKeyThatIsNone(String key) {
        assertThatThrownBy(() -> Settings.of(Map.of("MAIL_PROXY_ENCRYPTION_KEY", key)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("MAIL_PROXY_ENCRYPTION_KEY")
                .hasMessageNotContaining(key.isBlank() ? "none" : key);
        assertThatThrownBy(() -> Settings.of(Map.of())).hasMessageContaining("openssl rand -base64 32");
    }

    @Test
    void limitsOneCallerAndNotTheOther() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        RequestLimit limit = new RequestLimit(2, now::get);

        assertThat(limit.allows("a")).isTrue();
        assertThat(limit.allows("a")).isTrue();
        assertThat(limit.allows("a")).isFalse();
        assertThat(limit.allows("b")).isTrue();
        now.set(Instant.EPOCH.plusSeconds(30));
        assertThat(limit.allows("a")).isTrue();
        assertThat(limit.allows("a")).isFalse();
    }
}
