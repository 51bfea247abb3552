package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.evidence.EvidenceBundle;
import io.github.pecmailproxy.evidence.EvidenceVerification;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.rest.RunningApi.Reply;
import io.github.pecmailproxy.sandbox.SmtpPhase;
import io.github.pecmailproxy.store.MessageFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The routes, one by one. */
class ApiTest {
    private static final RunningApi API = RunningApi.get();

    private static JsonNode message(String id) {
        return API.get("/messages/" + id).ok().json().get("message");
    }

    private static void awaitDelivery(String id) {
        Await.until(() -> message(id)
                .get("recipients")
                .valueStream()
                .allMatch(recipient -> recipient.get("state").stringValue().equals("delivered")));
    }

    private static List<String> ids(JsonNode page) {
        return page.get("messages")
                .valueStream()
                .map(one -> one.get("id").stringValue())
                .toList();
    }

    @Test
    void followsAMessageToItsEvidence() throws IOException {
        API.account("pec-whole", "whole");
        Map<String, Object> message = RunningApi.message("whole-1", "pec-whole", "uno@pec.it", "piena@pec.it");
        message.put("priority", "high");
        message.put("html", "<p>Text</p>");
        message.put("headers", Map.of("X-Practice", "77"));
        message.put("batch_code", "b-1");
        message.put(
                "attachments",
                List.of(Map.of(
                        "filename",
                        "a.txt",
                        "mime_type",
                        "text/plain",
                        "content",
                        Base64.getEncoder()
                                .encodeToString("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)))));
        assertThat(API.add(message).json().get("queued").intValue()).isOne();

        Await.until(() -> message("whole-1").get("finished").booleanValue());

        JsonNode shown = message("whole-1");
        assertThat(shown.get("state").stringValue()).isEqualTo("accepted");
        assertThat(shown.get("priority").intValue()).isEqualTo(1);
        assertThat(shown.get("recipients").get(0).get("state").stringValue()).isEqualTo("delivered");
        assertThat(shown.get("recipients").get(1).get("state").stringValue()).isEqualTo("failed");
        assertThat(shown.get("recipients").get(1).get("reason").stringValue()).isEqualTo("mailbox_full");
        JsonNode receipts = API.get("/messages/whole-1/receipts").ok().json().get("receipts");
        assertThat(receipts.valueStream().map(one -> one.get("receipt_type").stringValue()))
                .containsExactlyInAnyOrder("accettazione", "avvenuta-consegna", "errore-consegna");
        assertThat(receipts.valueStream())
                .allMatch(one -> one.get("verdict").stringValue().equals("trusted"));
        for (JsonNode receipt : receipts) {
            Reply file = API.get(
                            "/messages/whole-1/receipts/" + receipt.get("id").longValue())
                    .ok();
            assertThat(file.header("Content-Type")).startsWith("message/rfc822");
            assertThat(API.sandbox().mailbox(RunningApi.MAILBOX))
                    .anyMatch(mail -> java.util.Arrays.equals(mail.raw(), file.bytes()));
        }
        Reply evidence = API.get("/messages/whole-1/evidence").ok();
        assertThat(evidence.header("Content-Disposition")).contains("whole-1.zip");
        EvidenceVerification verified = EvidenceBundle.verify(
                new ByteArrayInputStream(evidence.bytes()),
                ProviderTrust.builder().anchor(API.sandbox().receiptCa()).build());
        assertThat(verified.failures()).isEmpty();
        assertThat(verified.proven()).hasSize(3);
    }

    @Test
    void queuesABatchOfMoreThanAThousandAndSaysWhatIsWrongWithEach() {
        API.account("pec-batch", "batch");
        API.post("/commands/suspend", Map.of("tenant_id", "batch")).ok();
        List<Object> messages = new ArrayList<>();
        IntStream.range(0, 1_200).forEach(i -> messages.add(RunningApi.message("batch-" + i, "pec-batch", "x@pec.it")));
        messages.add(RunningApi.message("bad-address", "pec-batch", "no address"));
        messages.add(RunningApi.message("bad-account", "nobody", "x@pec.it"));
        messages.add(Map.of("id", "bad-from", "account_id", "pec-batch"));
        messages.add("no object");
        Map<String, Object> other = RunningApi.message("batch-7", "pec-batch", "other@pec.it");
        messages.add(other);

        JsonNode answer = API.post("/commands/add-messages", Map.of("messages", messages, "default_priority", 3))
                .ok()
                .json();

        assertThat(answer.get("queued").intValue()).isEqualTo(1_200);
        assertThat(answer.get("rejected")
                        .valueStream()
                        .map(one -> one.get("id").asString("") + ": "
                                + one.get("field").stringValue()))
                .containsExactlyInAnyOrder(
                        "bad-address: to[0]",
                        "bad-account: account_id",
                        "bad-from: from",
                        ": account_id",
                        "batch-7: id");
        assertThat(answer.get("rejected").valueStream())
                .allMatch(one -> !one.get("reason").stringValue().isEmpty());
        assertThat(message("batch-7").get("priority").intValue()).isEqualTo(3);
        assertThat(message("batch-7").get("recipients").get(0).get("address").stringValue())
                .isEqualTo("x@pec.it");
        Reply again =
                API.post("/commands/add-messages", Map.of("messages", messages.subList(0, 2), "default_priority", 3));
        assertThat(again.json().get("queued").intValue()).isZero();
        assertThat(again.json().get("already_queued").intValue()).isEqualTo(2);

        pagesThroughThem();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 9_223_372_036_854_776L, 31_556_889_864_403_199L, Long.MAX_VALUE})
    void refusesOneMessageWhoseTimeIsNoneAndQueuesTheOther(long seconds) {
        API.account("pec-timed", "timed");
        Map<String, Object> timed = RunningApi.message("timed-" + seconds, "pec-timed", "x@pec.it");
        timed.put("deferred_ts", seconds);

        JsonNode answer = API.add(timed, RunningApi.message("timely-" + seconds, "pec-timed", "x@pec.it"))
                .json();

        assertThat(answer.get("queued").intValue()).isOne();
        assertThat(answer.at("/rejected/0/field").stringValue()).isEqualTo("deferred_ts");
    }

    private static void pagesThroughThem() {
        List<String> seen = new ArrayList<>();
        JsonNode page =
                API.get("/messages?tenant_id=batch&limit=500&order=oldest").ok().json();
        seen.addAll(ids(page));
        while (page.has("next")) {
            page = API.get("/messages?tenant_id=batch&limit=500&order=oldest&after="
                            + page.get("next").longValue())
                    .ok()
                    .json();
            seen.addAll(ids(page));
        }
        assertThat(seen)
                .hasSize(1_200)
                .doesNotHaveDuplicates()
                .startsWith("batch-0", "batch-1")
                .endsWith("batch-1199");
        assertThat(ids(API.get("/messages?tenant_id=batch&limit=1").json())).containsExactly("batch-1199");
        assertThat(ids(API.get("/messages?account_id=pec-batch&q=OF%20batch-119&limit=200")
                        .json()))
                .containsExactly(
                        "batch-1199",
                        "batch-1198",
                        "batch-1197",
                        "batch-1196",
                        "batch-1195",
                        "batch-1194",
                        "batch-1193",
                        "batch-1192",
                        "batch-1191",
                        "batch-1190",
                        "batch-119");
        assertThat(ids(API.get("/messages?tenant_id=batch&q=nothing").json())).isEmpty();
        assertThat(ids(API.get("/messages?tenant_id=batch&state=sent,failed").json()))
                .isEmpty();
        assertThat(ids(API.get("/messages?tenant_id=batch&state=queued&limit=3").json()))
                .hasSize(3);
        JsonNode removed = API.post(
                        "/commands/delete-messages", Map.of("ids", List.of("batch-0", "batch-1", "not-there")))
                .ok()
                .json();
        assertThat(removed.get("removed").intValue()).isEqualTo(2);
        assertThat(removed.get("not_found").get(0).stringValue()).isEqualTo("not-there");
        assertThat(message("batch-0").get("state").stringValue()).isEqualTo("cancelled");
    }

    @Test
    void holdsAnAccountBackAndLetsItGo() {
        API.account("pec-held", "held");
        API.post("/commands/suspend", Map.of("account_id", "pec-held", "reason", "moving house"))
                .ok();
        API.add(RunningApi.message("held-1", "pec-held", "x@pec.it"));
        API.post("/commands/run-now", "").ok();

        JsonNode suspensions = API.get("/status").ok().json().get("suspensions");
        assertThat(suspensions.valueStream()).anySatisfy(one -> {
            assertThat(one.path("account_id").asString("")).isEqualTo("pec-held");
            assertThat(one.get("reason").stringValue()).isEqualTo("moving house");
        });
        assertThat(message("held-1").get("state").stringValue()).isEqualTo("queued");
        assertThat(API.post("/commands/activate", Map.of("account_id", "pec-held"))
                        .ok()
                        .json()
                        .get("was_suspended")
                        .booleanValue())
                .isTrue();
        awaitDelivery("held-1");
    }

    @Test
    void letsAPersonDecideADoubt() {
        API.account("pec-doubt", "doubt");
        API.sandbox().smtp().at(SmtpPhase.FINAL_DOT).of("vanished@pec.it").drop();
        API.add(RunningApi.message("doubt-1", "pec-doubt", "vanished@pec.it"));
        Await.until(() -> message("doubt-1").get("state").stringValue().equals("in_doubt"));

        assertThat(API.post("/commands/fail", Map.of("id", "doubt-1")).status()).isEqualTo(422);
        API.post("/commands/mark-sent", Map.of("id", "doubt-1")).ok();

        assertThat(message("doubt-1").get("state").stringValue()).isEqualTo("sent");
        assertThat(API.post("/commands/resend", Map.of("id", "doubt-1")).status())
                .isEqualTo(409);
        assertThat(API.post("/commands/run-now", Map.of("id", "doubt-1")).status())
                .isEqualTo(409);
    }

    @Test
    void keepsPasswordsToItself() {
        API.account("pec-secret", "secrets");
        API.post(
                        "/tenant",
                        Map.of(
                                "id",
                                "secrets",
                                "sync_url",
                                "https://example.com/",
                                "sync_user",
                                "u",
                                "sync_password",
                                "sync-secret-1"))
                .ok();

        assertThat(API.get("/accounts").ok().text()).doesNotContain("password", "another-secret");
        assertThat(API.get("/tenants").ok().text()).doesNotContain("sync-secret-1", "Basic");
        Map<String, Object> fields = API.accountFields("pec-secret", "secrets");
        fields.put("port", "not a port, but s3cr3t-password");
        fields.put("password", "s3cr3t-password");
        assertThat(API.post("/account", fields).text()).doesNotContain("s3cr3t-password");
    }

    @Test
    void signsInAtATenantsEndpointWithUserAndPassword() throws Exception {
        try (TenantEndpoint tenant = new TenantEndpoint()) {
            Map<String, Object> fields = new HashMap<>(Map.of("id", "basic", "sync_url", tenant.url()));
            fields.put("sync_user", "acme");
            fields.put("sync_password", "più:sync-secret-2");
            API.post("/tenant", fields).ok();
            API.account("pec-basic", "basic");
            API.add(RunningApi.message("basic-1", "pec-basic", "uno@pec.it"));

            Await.until(() -> !tenant.entries().isEmpty());

            String pair = Base64.getEncoder().encodeToString("acme:più:sync-secret-2".getBytes(StandardCharsets.UTF_8));
            assertThat(tenant.authorizations()).allMatch(("Basic " + pair)::equals);

            fields.put("sync_user", "ac:me");
            assertThat(API.post("/tenant", fields).status()).isEqualTo(422);
            assertThat(API.post("/tenant", fields).text()).contains("sync_user").doesNotContain("sync-secret-2");
            API.post("/tenant", "{\"id\": \"basic\", \"sync_url\": null}").ok();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "host,, host",
        "password,, password",
        "imap_host,, imap_host",
        "port,70000, port",
        "use_tls,false, ",
        "is_pec_account,7, is_pec_account",
        "imap_folder,, ",
        "misspelt,x, misspelt",
        "limit_per_day,0, limit_per_day",
        "acceptance_timeout,9223372036854775807, acceptance_timeout",
        "acceptance_timeout,0, acceptance_timeout",
    })
    void namesTheFieldOfAnAccountThatIsWrong(String field, String value, String named) {
        Map<String, Object> fields = API.accountFields("pec-check", "check");
        if (value == null) {
            fields.remove(field);
        } else {
            fields.put(field, value.matches("\\d+") ? Long.valueOf(value) : value.equals("false") ? false : value);
        }

        Reply reply = API.post("/account", fields);

        if (named == null || named.isEmpty()) { // Loopback may be spoken to without TLS; the folder has a default.
            reply.ok();
        } else {
            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.json().get("field").stringValue()).isEqualTo(named);
            assertThat(reply.json().get("reason").stringValue()).isNotEmpty();
        }
    }

    @Test
    void refusesPlainTextToAnotherMachine() {
        Map<String, Object> fields = API.accountFields("pec-plain", "check");
        fields.put("host", "mail.example.com");
        fields.put("use_tls", false);

        Reply reply = API.post("/account", fields);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("field").stringValue()).isEqualTo("use_tls");
    }

    @Test
    void allowsPlainTextForEachServerByItself() {
        Map<String, Object> fields = API.accountFields("pec-mixed", "mixed");
        fields.put("use_tls", false);
        fields.put("imap_host", "imap.mixed.invalid");
        API.post("/account", fields).ok();
        JsonNode account = API.get("/accounts?tenant_id=mixed").json().at("/accounts/0");
        assertThat(account.get("use_tls").booleanValue()).isFalse();
        assertThat(account.get("imap_use_tls").booleanValue()).isTrue();

        fields.put("imap_use_tls", false);
        assertThat(API.post("/account", fields).json().get("field").stringValue())
                .isEqualTo("imap_use_tls");
    }

    @Test
    void takesAttachmentsAsBase64OnlyAndUpToTheLimit() {
        API.account("pec-attached", "attached");
        Map<String, Object> message = RunningApi.message("attached-1", "pec-attached", "x@pec.it");

        assertThat(reasonFor(message, Map.of("filename", "a", "content", "no base64!")))
                .isEqualTo("attachments[0].content: is not base64");
        assertThat(reasonFor(message, Map.of("filename", "../a", "content", "QQ==")))
                .startsWith("attachments[0].filename: contains a path");
        assertThat(reasonFor(message, Map.of("filename", "a", "content", "/etc/passwd", "fetch_mode", "filesystem")))
                .startsWith("attachments[0].fetch_mode: must be base64");
        assertThat(reasonFor(message, Map.of("filename", "a", "storage_path", "/etc/passwd")))
                .startsWith("attachments[0].storage_path: is not a field");
        assertThat(reasonFor(
                        message,
                        Map.of("filename", "a", "content", Base64.getEncoder().encodeToString(new byte[100_001]))))
                .isEqualTo("attachments[0].content: is 100001 bytes, allowed are 100000");
    }

    private static String reasonFor(Map<String, Object> message, Map<String, Object> attachment) {
        Map<String, Object> attached = new HashMap<>(message);
        attached.put("attachments", List.of(attachment));
        return API.add(attached).json().get("rejected").get(0).get("reason").stringValue();
    }

    @Test
    void refusesABodyThatIsTooLargeWhateverLengthItAnnounces() throws Exception {
        String large = "{\"messages\": [\"" + "x".repeat(3_000_000) + "\"]}";
        assertThat(API.post("/commands/add-messages", large).status()).isEqualTo(413);

        HttpRequest chunked = HttpRequest.newBuilder(URI.create(API.base() + "/commands/add-messages"))
                .header("X-API-Token", RunningApi.TOKEN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large.getBytes(StandardCharsets.US_ASCII))))
                .build();
        assertThat(chunked.bodyPublisher().orElseThrow().contentLength()).isNegative();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(chunked, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("the body is larger than 3000000 bytes");
    }

    @Test
    void searchesOnWhereTheLastAnswerEnded() {
        API.account("pec-searched", "searched");
        API.post("/commands/suspend", Map.of("tenant_id", "searched")).ok();
        API.add(IntStream.range(0, 250)
                .mapToObj(i -> RunningApi.message("searched-" + i, "pec-searched", "x@pec.it"))
                .toArray());
        MessageSearch search = new MessageSearch(API.bean(MailProxy.class).queue()::list, 100);
        MessageFilter all = MessageFilter.ALL.ofTenant("searched").limit(10);

        List<Object> found = new ArrayList<>();
        int answers = 0;
        Object next = 0L;
        while (next != null) {
            Map<String, Object> page = search.page(all.after((Long) next), "searched-24", 5);
            ((List<?>) page.get("messages")).forEach(one -> found.add(((Map<?, ?>) one).get("id")));
            next = page.get("next");
            answers++;
        }

        assertThat(found).hasSize(11).doesNotHaveDuplicates();
        assertThat(answers)
                .as("the first ones found nothing, and said where to go on")
                .isGreaterThan(3);
    }

    @Test
    void putsALargeBodyOffWhileThereIsNoMemoryForIt() {
        API.account("pec-large", "large");
        API.post("/commands/suspend", Map.of("tenant_id", "large")).ok();
        Map<String, Object> large = RunningApi.message("large-1", "pec-large", "x@pec.it");
        large.put("body", "x".repeat(2 * BodyBudget.FREE));
        Map<String, Object> batch = Map.of("messages", List.of(large));
        BodyBudget budget = API.bean(BodyBudget.class);
        long taken = Long.highestOneBit(Long.MAX_VALUE);
        long all = 0;
        for (; taken > 0; taken /= 2) {
            all += budget.take(taken) ? taken : 0;
        }
        try {
            Reply reply = API.post("/commands/add-messages", batch);

            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.header("Retry-After")).isEqualTo("5");
            assertThat(reply.json().get("ok").booleanValue()).isFalse();
            API.add(RunningApi.message("large-2", "pec-large", "x@pec.it"));
        } finally {
            budget.giveBack(all);
        }
        API.post("/commands/add-messages", batch).ok();
        assertThat(budget.take(all)).as("what the requests took is given back").isTrue();
        budget.giveBack(all);
    }

    @ParameterizedTest
    @CsvSource({"300, 4000, 400", "500, 4000, 500"})
    void sharesTheMemoryAmongBodiesAndFitsTheGreatest(long largest, long memory, long most) {
        BodyBudget budget = BodyBudget.of(largest, memory);

        assertThat(budget.take(most)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "\"text\"",
                "",
                "{\"messages\": 7}",
                "{\"other\": []}",
                "{\"messages\": [], \"default_priority\": 9}",
                "{}"
            })
    void answersABodyOfAnotherFormWithTheReason(String body) {
        Reply reply = API.post("/commands/add-messages", body);
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("field").stringValue()).isNotEmpty();
    }

    @Test
    void answersEveryMistakeWithJson() throws IOException {
        assertThat(API.get("/messages?limit=0").json().get("field").stringValue())
                .isEqualTo("limit");
        assertThat(API.get("/messages?limit=many").status()).isEqualTo(422);
        assertThat(raw("GET /messages?q=100% HTTP/1.1"))
                .startsWith("HTTP/1.1 400 ")
                .contains("\"ok\":false");
        assertThat(API.get("/messages?state=happy").json().get("field").stringValue())
                .isEqualTo("state");
        for (String query : List.of("/messages?tenant_id=", "/accounts?tenant_id=" + "x".repeat(65))) {
            assertThat(API.get(query).json().get("field").stringValue()).isEqualTo("tenant_id");
        }
        Map<String, Object> unnamed = API.accountFields("x".repeat(65), "check");
        assertThat(API.post("/account", unnamed).json().get("field").stringValue())
                .isEqualTo("id");
        assertThat(API.get("/error").status()).isEqualTo(404);
        assertThat(API.get("/error").json().get("ok").booleanValue()).isFalse();
        assertThat(API.get("/nothing/here").status()).isEqualTo(404);
        assertThat(API.get("/nothing/here").json().get("ok").booleanValue()).isFalse();
        assertThat(API.get("/messages/unknown").status()).isEqualTo(404);
        assertThat(API.get("/commands/add-messages").status()).isEqualTo(405);
        assertThat(API.send(
                                "POST",
                                "/commands/add-messages",
                                "a=b",
                                Map.of(
                                        "X-API-Token",
                                        RunningApi.TOKEN,
                                        "Content-Type",
                                        "application/x-www-form-urlencoded"))
                        .status())
                .isEqualTo(415);
    }

    /** Sends what no client would. */
    private static String raw(String requestLine) throws IOException {
        URI base = URI.create(API.base());
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.getOutputStream()
                    .write((requestLine + "\r\nHost: " + base.getAuthority() + "\r\nConnection: close\r\nX-API-Token: "
                                    + RunningApi.TOKEN + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void asksForATokenAndTakesItInEitherHeader() {
        assertThat(API.send("GET", "/messages", null, Map.of()).status()).isEqualTo(401);
        assertThat(API.send("GET", "/messages", null, Map.of("X-API-Token", RunningApi.TOKEN + "x"))
                        .status())
                .isEqualTo(401);
        assertThat(API.send("GET", "/messages", null, Map.of("Authorization", "Bearer " + RunningApi.TOKEN))
                        .status())
                .isEqualTo(200);
        assertThat(API.send("GET", "/messages/;/../accounts", null, Map.of()).status())
                .isIn(400, 401);
        assertThat(API.send("GET", "/health", null, Map.of()).status()).isEqualTo(200);
        assertThat(API.send("GET", "/health", null, Map.of()).text()).doesNotContain("details");
        assertThat(API.get("/health").text()).contains("mailProxy", "unreported");
    }

    @Test
    void showsMetersToPrometheus() {
        assertThat(API.get("/metrics").ok().text())
                .contains("pec_messages{state=\"queued\"}", "pec_mailboxes_blind", "http_server_requests_seconds");
    }

    @Test
    void servesEveryMeterThatTheDashboardAsksFor() throws IOException {
        API.account("pec-watched", "watched");
        API.add(RunningApi.message("watched-1", "pec-watched", "uno@pec.it"));
        awaitDelivery("watched-1");
        API.get("/metrics").ok(); // The mailboxes are known after the first look.

        Set<String> asked = Pattern.compile("\\b(pec|http|hikaricp)_[a-z_]+")
                .matcher(Files.readString(Path.of("grafana", "pec-mail-proxy.json")))
                .results()
                .map((MatchResult match) -> match.group())
                // Of the sandbox's accounts none has a rate limit, and reports need a tenant with an URL.
                .filter(name ->
                        !Set.of("pec_rate_limited_total", "pec_reports_total").contains(name))
                .collect(Collectors.toSet());
        assertThat(asked).hasSizeGreaterThan(12);
        assertThat(API.get("/metrics").ok().text()).contains(asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/%6detrics", "/metrics;x=1", "/;x/metrics", "/./metrics"})
    void showsMetersOfEverybodyToNoTenantHoweverThePathIsSpelt(String path) {
        API.account("pec-metered", "metered");
        Map<String, String> tenant = Map.of("X-API-Token", API.tokenOf("metered"));

        Reply reply = API.send("GET", path, null, tenant);

        assertThat(reply.status()).isIn(400, 403, 404);
        assertThat(reply.text()).doesNotContain("pec_messages");
    }

    @Test
    void sendsNothingAgainThatDidNotChangeAndForbidsWhatComesFromElsewhere() {
        API.account("pec-tag", "tag");
        Reply first = API.get("/accounts?tenant_id=tag").ok();
        Reply second = API.send(
                "GET",
                "/accounts?tenant_id=tag",
                null,
                Map.of("X-API-Token", RunningApi.TOKEN, "If-None-Match", first.header("ETag")));

        assertThat(second.status()).isEqualTo(304);
        Reply page = API.send("GET", "/", null, Map.of());
        assertThat(page.ok().text())
                .contains("<title>PEC Mail Proxy</title>")
                .doesNotContain("style=", "onclick", "https://");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self';")
                .doesNotContain("unsafe", "*", "http");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void deletesWhatWasReportedAndKeepsEvidence() {
        API.account("pec-kept", "kept");
        API.post("/account", ordinary("plain-kept", "kept")).ok();
        API.add(RunningApi.message("kept-1", "pec-kept", "x@pec.it"));
        API.add(RunningApi.message("cleaned-1", "plain-kept", "x@pec.it"));
        awaitDelivery("kept-1");
        Await.until(() -> message("cleaned-1").get("state").stringValue().equals("sent"));

        // Until its events were offered to the sinks it stays.
        AtomicInteger removed = new AtomicInteger();
        Await.until(() -> {
            removed.addAndGet(API.post("/commands/cleanup-messages", Map.of("older_than_seconds", 0))
                    .ok()
                    .json()
                    .get("removed")
                    .intValue());
            return API.get("/messages/cleaned-1").status() == 404;
        });
        assertThat(removed).hasPositiveValue();
        assertThat(API.get("/messages/kept-1/evidence").status()).isEqualTo(200);
        assertThat(API.post("/commands/cleanup-messages", Map.of("older_than_seconds", -1))
                        .status())
                .isEqualTo(422);
    }

    private static Map<String, Object> ordinary(String id, String tenant) {
        Map<String, Object> fields = API.accountFields(id, tenant);
        fields.put("is_pec_account", false);
        fields.remove("imap_host");
        fields.remove("imap_port");
        return fields;
    }

    @Test
    void removesAnAccount() {
        API.account("pec-gone", "gone");
        assertThat(API.send("DELETE", "/account/pec-gone", null, Map.of("X-API-Token", RunningApi.TOKEN))
                        .status())
                .isEqualTo(200);
        assertThat(API.get("/accounts?tenant_id=gone").json().get("accounts").isEmpty())
                .isTrue();
        assertThat(API.send("DELETE", "/account/pec-gone", null, Map.of("X-API-Token", RunningApi.TOKEN))
                        .status())
                .isEqualTo(404);
    }
}
