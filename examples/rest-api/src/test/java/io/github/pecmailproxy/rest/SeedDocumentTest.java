package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pecmailproxy.rest.RunningApi.Reply;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The commands and JSON bodies of the document that this API implements, taken from the document itself. */
class SeedDocumentTest {
    /** To the end of the line that neither a backslash nor a quoted text carries on. */
    private static final Pattern CURL = Pattern.compile("curl (?:'[^']*'|\\\\\n|[^'\n])*");

    private static final Pattern URL = Pattern.compile("http://localhost:8000(/\\S*)");
    private static final Pattern HEADER = Pattern.compile("-H \"([^:]+): ([^\"]*)\"");
    private static final Pattern METHOD = Pattern.compile("-X (\\w+)");
    private static final Pattern DATA = Pattern.compile("-d '([^']*)'");

    private static final RunningApi API = RunningApi.get();
    private static String document;

    @BeforeAll
    static void readTheDocument() throws IOException {
        Path file = Path.of(System.getProperty("pec.shared", ""), "seed", "pec-support.rst");
        assumeTrue(
                !System.getProperty("pec.shared", "").isEmpty() && Files.exists(file),
                "pec.shared is not the directory that holds seed/pec-support.rst");
        document = Files.readString(file);
        API.sandbox().account("acme@pec.provider.it", "smtp-password");
    }

    @Test
    void runsTheCompleteExampleAsItStands() throws Exception {
        List<String> commands = commands(section("Complete Example"));
        assertThat(commands).hasSize(3);

        assertThat(run(commands.get(0)).get("ok").booleanValue()).isTrue();
        JsonNode added = run(commands.get(1));
        assertThat(added.get("ok").booleanValue()).isTrue();
        assertThat(added.get("queued").intValue()).isOne();
        assertThat(added.get("rejected").isEmpty()).isTrue();

        JsonNode shown = example("\"event_data\": {\"smtp_response\": \"250 OK\"}");
        Await.untilAsserted(() -> assertThat(types(run(commands.get(2)))).isEqualTo(types(shown)));
        JsonNode events = run(commands.get(2));
        assertThat(events.get("ok")).isEqualTo(shown.get("ok"));
        for (int i = 0; i < shown.get("events").size(); i++) {
            ObjectNode expected = (ObjectNode) shown.get("events").get(i).deepCopy();
            ObjectNode actual = (ObjectNode) events.get("events").get(i);
            assertThat(actual.propertyNames()).containsExactlyElementsOf(expected.propertyNames());
            assertThat(actual.get("event_ts").isIntegralNumber()).isTrue();
            ObjectNode data = (ObjectNode) expected.get("event_data");
            if (data.has("recipient")) {
                data.put("recipient", "destinatario@pec.it");
            }
            for (String name : data.propertyNames()) {
                if (name.equals("smtp_response")) { // The server's own words.
                    assertThat(actual.get("event_data").get(name).stringValue()).startsWith("250 ");
                } else {
                    assertThat(actual.get("event_data").get(name)).as(name).isEqualTo(data.get(name));
                }
            }
        }
    }

    @Test
    void listsTheAccountOfTheExampleAsTheDocumentShowsIt() throws Exception {
        List<String> commands = commands(section("PEC Account Configuration"));
        assertThat(commands).hasSize(1);

        assertThat(run(commands.get(0)).get("ok").booleanValue()).isTrue();

        ObjectNode shown = (ObjectNode) RunningApi.JSON
                .readTree(onThisMachine(
                        example("\"imap_host\": \"imap.pec.provider.it\"").toString()))
                .get("accounts")
                .get(0);
        JsonNode listed = API.get("/accounts")
                .ok()
                .json()
                .get("accounts")
                .valueStream()
                .filter(account -> account.get("id").equals(shown.get("id")))
                .findFirst()
                .orElseThrow();
        for (String name : shown.propertyNames()) {
            assertThat(listed.get(name)).as(name).isEqualTo(shown.get(name));
        }
        assertThat(API.get("/accounts").text()).doesNotContain("smtp-password", "imap-password");
    }

    @Test
    void reportsToATenantAsTheDocumentShowsIt() throws Exception {
        JsonNode shown = example("\"delivery_report\": [");
        try (TenantEndpoint tenant = new TenantEndpoint()) {
            API.account("pec-reported", "reported");
            API.post("/tenant", Map.of("id", "reported", "sync_url", tenant.url(), "sync_token", "tenants-secret"))
                    .ok();
            API.add(RunningApi.message("acme-msg-001", "pec-reported", "dest@pec.it"));
            Await.until(() -> tenant.entries().stream()
                    .anyMatch(entry -> entry.path("pec_event").asString("").equals("pec_delivery")));

            assertThat(tenant.calls())
                    .allSatisfy(call -> assertThat(call.propertyNames()).containsExactly("delivery_report"));
            assertThat(tenant.authorizations()).allMatch("Bearer tenants-secret"::equals);
            for (JsonNode expected : shown.get("delivery_report")) {
                ObjectNode actual = (ObjectNode) tenant.entries().stream()
                        .filter(entry -> entry.path("pec_event").equals(expected.get("pec_event")))
                        .findFirst()
                        .orElseThrow();
                ObjectNode normal = (ObjectNode) expected.deepCopy();
                normal.set("pec_ts", actual.get("pec_ts"));
                assertThat(actual.get("pec_ts").isIntegralNumber()).isTrue();
                actual.remove("recipient"); // Beyond the document.
                assertThat(actual).isEqualTo(normal);
            }
            assertThat(tenant.entries())
                    .anySatisfy(entry -> assertThat(entry.propertyNames()).containsExactly("id", "sent_ts"));
        }
    }

    /** What the document's client takes from the web framework and from the application that it stands in. */
    private static final String PYTHON_BEFORE = """
            import http.server, json, sys
            routes = {}
            class App:
                def route(self, path, methods):
                    def keep(function):
                        routes[path] = function
                        return function
                    return keep
            class Request:
                json = None
            app = App()
            request = Request()
            jsonify = json.dumps
            def say(*words):
                print(*words, flush=True)
            def record_pec_acceptance(id, ts): say("acceptance", id, ts)
            def record_pec_delivery(id, ts): say("delivery", id, ts)
            def record_pec_failure(id, details): say("failure", id, details)
            def mark_as_sent(id, ts): say("sent", id, ts)
            def mark_as_failed(id, error): say("failed", id, error)
            def get_pending_pec_messages(): return []
            """;

    private static final String PYTHON_AFTER = """
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    request.json = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                    answer = routes[self.path]().encode()
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                def log_message(self, *ignored): pass
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            say("port", server.server_port)
            server.serve_forever()
            """;

    @Test
    void speaksWithTheClientOfTheDocumentAsItStands(@TempDir Path folder) throws Exception {
        Optional<Path> python = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, "python3"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(python.isPresent(), "no python3: install Debian's package python3");
        String section = section("Delivery Report Integration");
        int begin = section.indexOf(".. code-block:: python\n");
        assertThat(begin).isPositive();
        String client =
                section.substring(section.indexOf('\n', begin)).stripTrailing().stripIndent();
        assertThat(client).contains("@app.route(\"/proxy_sync\", methods=[\"POST\"])");
        Path program = Files.writeString(folder.resolve("client.py"), PYTHON_BEFORE + client + "\n" + PYTHON_AFTER);
        Process process = new ProcessBuilder(python.get().toString(), program.toString())
                .redirectErrorStream(true)
                .start();
        List<String> said = new CopyOnWriteArrayList<>();
        Thread listener = new Thread(() -> process.inputReader().lines().forEach(said::add));
        listener.start();
        try {
            Await.until(() -> !said.isEmpty());
            assertThat(said.get(0)).startsWith("port ");
            API.account("pec-python", "python");
            API.post(
                            "/tenant",
                            Map.of(
                                    "id",
                                    "python",
                                    "sync_url",
                                    "http://127.0.0.1:" + said.get(0).substring("port ".length()) + "/proxy_sync"))
                    .ok();
            API.add(
                    RunningApi.message("python-1", "pec-python", "dest@pec.it", "piena@pec.it"),
                    RunningApi.message("python-2", "pec-python", "rifiutato@pec.it"));

            Await.until(() -> said.stream().anyMatch(line -> line.startsWith("delivery python-1 "))
                    && said.stream().anyMatch(line -> line.startsWith("failure python-1 "))
                    && said.stream().anyMatch(line -> line.startsWith("failure python-2 ")));

            assertThat(said)
                    .anyMatch(line -> line.matches("sent python-1 \\d+"))
                    .anyMatch(line -> line.matches("acceptance python-1 \\d+"))
                    .noneMatch(line -> line.contains("Traceback") || line.endsWith("None"));
        } finally {
            process.destroyForcibly().waitFor();
            listener.join();
            API.post("/tenant", "{\"id\": \"python\", \"sync_url\": null}").ok();
        }
    }

    @Test
    void showsEventsOfTheTypeAndFormOfTheDocument() {
        JsonNode shown = example("\"receipt_message_id\": \"<receipt-123@pec.provider.it>\"");

        API.account("pec-forms", "forms");
        API.add(RunningApi.message("forms-1", "pec-forms", "dest@pec.it"));
        Await.until(() -> types(API.get("/messages/forms-1/events").ok().json()).contains("pec_delivery"));

        JsonNode delivery = API.get("/messages/forms-1/events")
                .json()
                .get("events")
                .valueStream()
                .filter(event -> event.get("event_type").equals(shown.get("event_type")))
                .findFirst()
                .orElseThrow();
        assertThat(delivery.propertyNames()).containsExactlyElementsOf(shown.propertyNames());
        assertThat(delivery.get("event_data").propertyNames())
                .containsAll(shown.get("event_data").propertyNames());
        assertThat(delivery.get("event_data").get("recipient"))
                .isEqualTo(shown.get("event_data").get("recipient"));
        assertThat(delivery.get("event_data").get("receipt_message_id").stringValue())
                .matches("<[^<>]+@[^<>]+>");
    }

    private static List<String> types(JsonNode events) {
        return events.get("events")
                .valueStream()
                .map(event -> event.get("event_type").stringValue())
                .toList();
    }

    // ---------------------------------------- the document

    private static String section(String title) {
        Matcher heading =
                Pattern.compile("^" + title + "\\n-+$", Pattern.MULTILINE).matcher(document);
        assertThat(heading.find()).as(title).isTrue();
        String rest = document.substring(heading.end());
        Matcher next = Pattern.compile("^[^\\n]+\\n-{5,}$", Pattern.MULTILINE).matcher(rest);
        return next.find() ? rest.substring(0, next.start()) : rest;
    }

    private static List<String> commands(String section) {
        List<String> commands = new ArrayList<>();
        Matcher curl = CURL.matcher(section);
        while (curl.find()) {
            commands.add(curl.group());
        }
        return commands;
    }

    /** Finds the JSON block that contains a text, which only one does. */
    private static JsonNode example(String text) {
        List<JsonNode> found = new ArrayList<>();
        for (String block : document.split("\\.\\. code-block:: json\\n")) {
            String json = block.strip();
            if (json.startsWith("{") && json.contains(text)) {
                found.add(RunningApi.JSON.readTree(json.substring(0, endOfObject(json))));
            }
        }
        assertThat(found).as(text).hasSize(1);
        return found.get(0);
    }

    private static int endOfObject(String json) {
        int depth = 0;
        for (int i = 0; i < json.length(); i++) {
            depth += json.charAt(i) == '{' ? 1 : json.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        throw new AssertionError("the JSON has no end: " + json);
    }

    // ---------------------------------------- running a command

    /** Replaces the hosts, ports, the token and the mailbox's password, and nothing else. */
    private static String onThisMachine(String text) {
        return text.replaceAll(
                        "\"host\": ?\"[^\"]*\"", "\"host\": \"" + API.sandbox().host() + "\"")
                .replaceAll(
                        "\"imap_host\": ?\"[^\"]*\"",
                        "\"imap_host\": \"" + API.sandbox().host() + "\"")
                .replaceAll("\"port\": ?465", "\"port\": " + API.sandbox().smtpsPort())
                .replaceAll(
                        "\"imap_port\": ?993", "\"imap_port\": " + API.sandbox().imapsPort())
                .replace("\"password\": \"secret\"", "\"password\": \"" + RunningApi.PASSWORD + "\"")
                .replace("your-api-token", RunningApi.TOKEN);
    }

    /** Runs a command with curl itself, or, where there is none, as the request that it stands for. */
    private static JsonNode run(String command) throws IOException, InterruptedException {
        String here = onThisMachine(command);
        if (!Files.isExecutable(Path.of("/usr/bin/curl"))) {
            return translated(here).ok().json();
        }
        Process shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        here.replace("http://localhost:8000", API.base())
                                .replace("curl ", "curl -sS --fail-with-body "))
                .redirectErrorStream(true)
                .start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(shell.exitValue()).as(output).isZero();
        return RunningApi.JSON.readTree(output);
    }

    private static Reply translated(String command) {
        Matcher url = URL.matcher(command);
        assertThat(url.find()).isTrue();
        Matcher method = METHOD.matcher(command);
        Matcher data = DATA.matcher(command);
        Map<String, String> headers = new HashMap<>();
        Matcher header = HEADER.matcher(command);
        while (header.find()) {
            headers.put(header.group(1), header.group(2));
        }
        return API.send(
                method.find() ? method.group(1) : "GET", url.group(1), data.find() ? data.group(1) : null, headers);
    }

    @Test
    void readsACommandWithoutCurlAsCurlDoes() {
        List<String> commands = commands(section("Complete Example"));

        Reply reply = translated(onThisMachine(commands.get(0)));

        assertThat(reply.ok().json().get("ok").booleanValue()).isTrue();
    }
}
