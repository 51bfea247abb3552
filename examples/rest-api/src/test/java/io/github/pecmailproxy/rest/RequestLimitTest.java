package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.rest.RunningApi.Reply;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** Who asks too often waits, and nobody else. */
class RequestLimitTest {
    private static final int ALLOWED = 20;

    @Test
    void answers429ToWhoAsksTooOftenAndToNobodyElse() {
        Settings settings = Settings.of(Map.of(
                "GMP_PORT",
                "0",
                "GMP_HOST",
                Settings.LOOPBACK,
                "GMP_API_TOKEN",
                RunningApi.TOKEN,
                "GMP_REQUESTS_PER_MINUTE",
                String.valueOf(ALLOWED),
                "GMP_MAX_BODY_BYTES",
                "1000",
                "GMP_DB_URL",
                "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                "MAIL_PROXY_ENCRYPTION_KEY",
                Base64.getEncoder().encodeToString(new byte[32])));
        try (ConfigurableApplicationContext context = RestApi.start(settings)) {
            String base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
            Map<String, String> administrator = Map.of("X-API-Token", RunningApi.TOKEN);
            Map<String, String> guessed = Map.of("X-API-Token", "pec_guessed.token");

            Reply last = untilRefused(base, "/status", guessed, 401);
            assertThat(last.header("Retry-After")).isEqualTo("5");
            assertThat(last.json().get("ok").booleanValue()).isFalse();
            assertThat(get(base, "/status", Map.of()).status())
                    .as("another guess from there")
                    .isEqualTo(429);
            assertThat(get(base, "/health", Map.of()).status()).isEqualTo(200);
            assertThat(get(base, "/", Map.of()).status()).isEqualTo(200);
            assertThat(get(base, "/status", administrator).status()).isEqualTo(200);

            untilRefused(base, "/health", Map.of(), 200);
            assertThat(get(base, "/status", administrator).status()).isEqualTo(200);

            String large = "x".repeat(2_000);
            Reply counted = null;
            for (int i = 0; i <= ALLOWED; i++) {
                counted = RunningApi.exchange(base, "POST", "/account", large, administrator);
            }
            assertThat(counted.status()).as("what is too large counts too").isEqualTo(429);
        }
    }

    private static Reply get(String base, String path, Map<String, String> headers) {
        return RunningApi.exchange(base, "GET", path, null, headers);
    }

    /** Asks until it is refused. Two requests were counted already; a bucket that refills meanwhile lets through a few more. */
    private static Reply untilRefused(String base, String path, Map<String, String> headers, int before) {
        for (int i = 0; i < 100 * ALLOWED; i++) {
            Reply reply = get(base, path, headers);
            if (reply.status() == 429) {
                assertThat(i).isGreaterThanOrEqualTo(ALLOWED - 2);
                return reply;
            }
            assertThat(reply.status()).isEqualTo(before);
        }
        throw new AssertionError("was never refused");
    }
}
