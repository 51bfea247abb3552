package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is logged, down to the finest level, while messages succeed and fail. */
class LogTest {
    private static final String HIDDEN = "that-no-log-may-show";
    private static final RunningApi API = RunningApi.get();

    private final Logger library = (Logger) LoggerFactory.getLogger("io.github.pecmailproxy");
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Kept logged = new Kept();

    @BeforeEach
    void listen() {
        library.setLevel(Level.TRACE);
        logged.start();
        root.addAppender(logged);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(logged);
        library.setLevel(null);
    }

    @Test
    void namesTheMessageInTheContextAndShowsNoPasswordAndNoText() throws Exception {
        API.sandbox().account("logged@pec.it", "password-" + HIDDEN);
        try (TenantEndpoint tenant = new TenantEndpoint()) {
            API.post("/tenant", Map.of("id", "logged", "sync_url", tenant.url(), "sync_token", "token-" + HIDDEN))
                    .ok();
            tenant.answers(500, "reply-" + HIDDEN);
            account("pec-logged", "password-" + HIDDEN);
            account("pec-locked", "wrong-password-" + HIDDEN);
            add("logged-1", "pec-logged", "uno@pec.it");
            add("logged-2", "pec-logged", "piena@pec.it");
            add("locked-1", "pec-locked", "uno@pec.it");

            Await.until(() -> finished("logged-1") && finished("logged-2"));
            Await.until(() -> lines().stream().anyMatch(line -> line.contains("AccountSuspended")));
            Await.until(() -> lines().stream().anyMatch(line -> line.contains("refused a report for tenant logged")));
        }
        assertThat(lines()).noneMatch(line -> line.contains(HIDDEN));
        assertThat(logged.events)
                .filteredOn(event -> event.getLoggerName().equals("io.github.pecmailproxy.messages")
                        && event.getFormattedMessage().startsWith("logged/logged-1 "))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(event -> {
                    assertThat(event.getLevel()).isEqualTo(Level.INFO);
                    assertThat(event.getMDCPropertyMap())
                            .containsEntry("tenant", "logged")
                            .containsEntry("account", "pec-logged")
                            .containsEntry("message", "logged-1");
                });
    }

    private static void account(String id, String password) {
        Map<String, Object> fields = new HashMap<>(API.accountFields(id, "logged"));
        fields.put("user", "logged@pec.it");
        fields.put("password", password);
        API.post("/account", fields).ok();
    }

    private static void add(String id, String account, String to) {
        Map<String, Object> message = RunningApi.message(id, account, to);
        message.put("from", "logged@pec.it");
        message.put("body", "text-" + HIDDEN);
        message.put("html", "<p>html-" + HIDDEN + "</p>");
        message.put(
                "attachments",
                List.of(Map.of(
                        "filename",
                        "a.txt",
                        "mime_type",
                        "text/plain",
                        "content",
                        Base64.getEncoder().encodeToString(("file-" + HIDDEN).getBytes(StandardCharsets.UTF_8)))));
        API.add(message);
    }

    private static boolean finished(String id) {
        return API.get("/messages/" + id)
                .ok()
                .json()
                .get("message")
                .get("finished")
                .booleanValue();
    }

    private List<String> lines() {
        return logged.events.stream().map(LogTest::line).toList();
    }

    private static String line(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        return event.getFormattedMessage()
                + event.getMDCPropertyMap()
                + (thrown == null ? "" : ThrowableProxyUtil.asString(thrown));
    }

    /** Keeps what is logged, whichever thread logs it. */
    private static final class Kept extends AppenderBase<ILoggingEvent> {
        private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            event.getMDCPropertyMap(); // Taken now, on the thread whose context it is.
            events.add(event);
        }
    }
}
