package io.github.pecmailproxy.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReceiptClassifierTest {
    private static final String FAILURE = """
            Message-ID: <receipt@provider.example>
            X-Ricevuta: errore-consegna
            X-Riferimento-Message-ID: <ours@sender.example>
            X-Genro-Mail-ID: tracked-7
            From: posta-certificata@provider.example
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: application/xml; name=daticert.xml

            <postacert tipo="errore-consegna" errore="no-dest"><intestazione><mittente>bruno@pec.example</mittente>
            <destinatari tipo="certificato">anna@pec.example</destinatari>
            <destinatari tipo="esterno">carlo@example.org</destinatari><risposte/>
            <oggetto>=?utf-8?Q?perch=C3=A9?=</oggetto></intestazione>
            <dati><gestore-emittente>Provider S.p.A.</gestore-emittente>
            <data zona="+0100"><giorno>02/01/2026</giorno><ora>03:04:05</ora></data>
            <identificativo>pec1@provider.example</identificativo><msgid>&lt;ours@sender.example&gt;</msgid>
            <consegna>anna@pec.example</consegna>
            <errore-esteso>5.1.1 - Provider S.p.A. - indirizzo non valido</errore-esteso></dati></postacert>
            --b--
            """;
    private static final String ORDINARY = "From: a@example.org\nSubject: ciao\n\ntesto\n";

    @TempDir
    private Path directory;

    private int status;
    private String errors = "";

    private String run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        ReceiptClassifier classifier = new ReceiptClassifier(stream, stream, false);
        status = new CommandLine(classifier)
                .setErr(new PrintWriter(err))
                .setOut(new PrintWriter(stream, true, StandardCharsets.UTF_8))
                .execute(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        errors = err.toString();
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<Map<String, Object>> json(Object... arguments) throws IOException {
        List<Object> all = new ArrayList<>(List.of("--json"));
        all.addAll(List.of(arguments));
        List<Map<String, Object>> objects = new ArrayList<>();
        for (String line : run(all.toArray()).lines().toList()) {
            objects.add(new ObjectMapper().readValue(line, new TypeReference<LinkedHashMap<String, Object>>() {}));
        }
        return objects;
    }

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content, StandardCharsets.ISO_8859_1);
    }

    @Test
    void printsOneObjectALineWithExactlyTheseKeys() throws IOException {
        Path file = file("failure.eml", FAILURE);

        Map<String, Object> object = json("--no-verify", file).get(0);

        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("file", file.toString());
        expected.put("kind", "receipt");
        expected.put("receipt_type", "errore-consegna");
        expected.put("event_type", "pec_error");
        expected.put("original_message_id", "<ours@sender.example>");
        expected.put("tracking_id", "tracked-7");
        expected.put("provider_message_id", "pec1@provider.example");
        expected.put("receipt_message_id", "<receipt@provider.example>");
        expected.put("timestamp", 1767319445);
        expected.put("sender", "bruno@pec.example");
        expected.put(
                "recipients",
                List.of(
                        Map.of("address", "anna@pec.example", "type", "certified"),
                        Map.of("address", "carlo@example.org", "type", "external")));
        expected.put("recipient", "anna@pec.example");
        expected.put("receipt_format", null);
        expected.put("error", "no-dest");
        expected.put("error_code", "5.1.1");
        expected.put("error_detail", "5.1.1 - Provider S.p.A. - indirizzo non valido");
        expected.put("failure", "recipient_unknown");
        expected.put("final", true);
        expected.put("provider", "Provider S.p.A.");
        expected.put("subject", "perché");
        expected.put("original_attached", false);
        expected.put("verdict", "unsigned");
        expected.put("proof", false);
        expected.put("problems", List.of());
        assertThat(object).isEqualTo(expected);
        assertThat(object.keySet()).containsExactlyElementsOf(expected.keySet());
        assertThat(status).isZero();
    }

    @Test
    void leavesATypeThatNoSpecificationKnowsNull() throws IOException {
        Path file = file("unknown.eml", FAILURE.replace("errore-consegna", "conferma-di-lettura"));

        Map<String, Object> object = json("--no-verify", file).get(0);

        assertThat(status).isZero();
        assertThat(object).containsEntry("kind", "receipt").containsEntry("receipt_type", null);
        assertThat(object).containsEntry("event_type", null).containsEntry("proof", false);
        assertThat(object.get("problems")).asString().contains("unknown_value");
    }

    @Test
    void readsFoldersCompressedMailsAndMailboxes() throws IOException {
        file("a/1.eml", FAILURE);
        file("a/notes.txt", FAILURE);
        file(
                "b.mbox",
                "From x Mon Jan 1 00:00:00 2026\n" + ORDINARY.replace("testo", ">From testo") + "\nFrom y Mon\n"
                        + FAILURE);
        try (GZIPOutputStream gzip = new GZIPOutputStream(Files.newOutputStream(directory.resolve("c.eml.gz")))) {
            gzip.write(FAILURE.getBytes(StandardCharsets.ISO_8859_1));
        }

        List<Map<String, Object>> objects = json(directory);

        assertThat(objects)
                .extracting(object -> object.get("file")
                        .toString()
                        .substring(directory.toString().length() + 1))
                .containsExactly("a/1.eml", "b.mbox#1", "b.mbox#2", "c.eml.gz");
        assertThat(objects)
                .extracting(object -> object.get("kind"))
                .containsExactly("receipt", "ordinary", "receipt", "receipt");
        assertThat(status).isZero();
    }

    @Test
    void printsATableWithASummary() throws IOException {
        file("1.eml", FAILURE);
        file("2.eml", ORDINARY);

        String table = run(directory);

        assertThat(table)
                .contains(
                        "KIND",
                        "errore-consegna",
                        "anna@pec.example",
                        "2026-01-02T02:04:05Z",
                        "recipient_unknown, 5.1.1")
                .contains("receipt: 1", "ordinary: 1", "total: 2, proofs: 0");
        assertThat(status).isZero();
    }

    @Test
    void aMailCannotWriteToTheTerminal() throws IOException {
        file("1.eml", FAILURE.replace("<consegna>anna", "<consegna>\u0085anna&#x9b;31m\u00ad"));

        assertThat(run(directory)).doesNotContain("\u009b", "\u0085");
    }

    @Test
    void goesOnAfterAFileThatCannotBeReadAndSaysSo() throws IOException {
        Path good = file("good.eml", FAILURE);
        Path gzip = directory.resolve("broken.eml.gz");
        Files.write(gzip, new byte[] {0x1f, (byte) 0x8b, 0, 0});

        List<Map<String, Object>> objects = json(directory.resolve("missing.eml"), gzip, file("empty.eml", ""), good);

        assertThat(objects)
                .extracting(object -> object.get("kind"))
                .containsExactly("unreadable", "unreadable", "unreadable", "receipt");
        assertThat(status).isEqualTo(1);
    }

    @Test
    void refusesAWrongCommandLine() throws IOException {
        run();
        assertThat(status).isEqualTo(2);
        run("--nonsense", directory);
        assertThat(status).isEqualTo(2);
        run("--trust", file("no.pem", "nothing"), directory);
        assertThat(status).isEqualTo(2);
        assertThat(errors).contains("no.pem");
        run("--trust", directory.resolve("missing.pem"), directory);
        assertThat(status).isEqualTo(2);
    }

    @Test
    void explainsItself() {
        assertThat(run("--help")).contains("--json", "--trust", "--no-verify", "PATH");
        assertThat(status).isZero();
    }

    @Test
    void reproducesTheVerdictsOfTheRealMessages() throws IOException {
        String shared = System.getProperty("pec.shared", "");
        assumeTrue(!shared.isBlank(), "the system property pec.shared is not set");
        Path samples = Path.of(shared, "pec", "samples");
        List<String> rows = Files.readAllLines(samples.resolve("MANIFEST.tsv"));

        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split("\t", -1);
            Path file = samples.resolve("real").resolve(cells[0]);
            boolean onlyWithDigitPa = cells[4].startsWith("trusted only with");
            String verdict = onlyWithDigitPa ? "untrusted" : cells[4].split(" ", 2)[0];

            Map<String, Object> object = json(file).get(0);

            assertThat(object).as(cells[0]).containsEntry("verdict", verdict);
            assertThat(object).containsEntry("proof", verdict.equals("trusted") && cells[1].equals("receipt"));
            if (onlyWithDigitPa) {
                Path anchor = Path.of(shared, "pec", "trust", "digitpa-ca1-2011.pem");
                assertThat(json("--trust", anchor, file).get(0)).containsEntry("verdict", "trusted");
            }
            boolean signed = !cells[4].equals("unsigned");
            assertThat(json("--no-verify", file).get(0))
                    .containsEntry("verdict", signed ? "not_checked" : "unsigned")
                    .containsEntry("proof", false);
        }
        assertThat(status).isZero();
    }
}
