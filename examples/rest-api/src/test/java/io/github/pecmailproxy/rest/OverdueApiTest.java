package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.sandbox.PecSandbox;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** {@code GMP_PEC_ACCEPTANCE_TIMEOUT}: a provider that answers nothing within it is told of by the API, once. */
class OverdueApiTest {
    @TempDir
    private Path folder;

    @Test
    void showsThatTheAcceptanceIsOverdueAndTheReceiptThatComesAfterAll() throws Exception {
        try (PecSandbox sandbox = PecSandbox.builder()
                .account(RunningApi.MAILBOX, RunningApi.PASSWORD)
                .start()) {
            sandbox.receipts().hold();
            try (ConfigurableApplicationContext context = RestApi.start(Settings.of(RunningApi.environment(
                    sandbox,
                    folder,
                    Map.of(
                            "GMP_API_TOKEN",
                            RunningApi.TOKEN,
                            "GMP_DB_URL",
                            "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                            "GMP_PEC_ACCEPTANCE_TIMEOUT",
                            "1"))))) {
                String base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
                post(base, "/account", account(sandbox));
                post(
                        base,
                        "/commands/add-messages",
                        Map.of("messages", List.of(RunningApi.message("late", "pec", "x@pec.it"))));

                Await.until(() -> events(base).contains("\"pec_timeout\""));
                assertThat(events(base)).contains("\"sent\"").doesNotContain("\"pec_acceptance\"");
                sandbox.receipts().release();
                Await.until(() -> events(base).contains("\"pec_acceptance\""));

                assertThat(events(base).split("\"pec_timeout\"", -1)).hasSize(2);
            }
        }
    }

    private static Map<String, Object> account(PecSandbox sandbox) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", "pec");
        fields.put("host", sandbox.host());
        fields.put("port", sandbox.smtpsPort());
        fields.put("user", RunningApi.MAILBOX);
        fields.put("password", RunningApi.PASSWORD);
        fields.put("is_pec_account", true);
        fields.put("imap_host", sandbox.host());
        fields.put("imap_port", sandbox.imapsPort());
        return fields;
    }

    private static void post(String base, String path, Object body) {
        RunningApi.exchange(
                        base,
                        "POST",
                        path,
                        RunningApi.JSON.writeValueAsString(body),
                        Map.of("X-API-Token", RunningApi.TOKEN, "Content-Type", "application/json"))
                .ok();
    }

    private static String events(String base) {
        return RunningApi.exchange(base, "GET", "/messages/late/events", null, Map.of("X-API-Token", RunningApi.TOKEN))
                .ok()
                .text();
    }
}
