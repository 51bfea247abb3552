package io.github.pecmailproxy.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    private Path data;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void showsTheFateOfEveryMessageAndRemembersItTheNextTime() throws Exception {
        assertThat(run("--data", data.toString())).as(text()).isZero();
        assertThatTheTableIsRight();
        assertThat(text()).contains("receipt refused  the signature is untrusted");

        printed.reset();
        assertThat(run("--data", data.toString())).as(text()).isZero();
        assertThatTheTableIsRight();
        assertThat(text().lines().filter(line -> line.contains("already there")))
                .hasSize(10);
    }

    private void assertThatTheTableIsRight() {
        String table = text().substring(text().indexOf("\ndemo-01  Diffida"));
        assertThat(table)
                .containsPattern(
                        "(?s)demo-01  Diffida ad adempiere\n +queued .* → sent .*\n +mario.rossi@pec.example +delivered ")
                .containsPattern("lucia@pec.example +delivered .*by a trusted receipt")
                .containsPattern("piena@pec.example +mailbox full ")
                .containsPattern("esterno@example.com +accepted \\(not PEC\\) ")
                .containsPattern("sconosciuto@pec.example +recipient unknown ")
                .containsPattern("virus@pec.example +virus ")
                .containsPattern("ritardo@pec.example +delivered .*, after a notice of delay ")
                .containsPattern("scaduto@pec.example +timeout .*, after a notice of delay ")
                .containsPattern("silenzio@pec.example +no answer .* alarm: delivery overdue")
                .containsPattern("refused by the provider .*\n +rifiutato@pec.example +formal error ")
                .containsPattern("in doubt .* → found to be sent \\(by .*\n +interrotto@pec.example +delivered ")
                .containsPattern("refused for now .* → sent .*\n +ritentato@pec.example +delivered ")
                .contains("Not believed: avvenuta-consegna for")
                .contains("the provider got each exactly once")
                .doesNotContain("UNEXPECTED");
        assertThat(table.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120));
    }

    @Test
    void explainsItselfWhenCalledWrongly() throws Exception {
        assertThat(run("--password=secret")).isEqualTo(2);
        assertThat(text()).contains("Usage:").contains("--real").doesNotContain("secret");

        printed.reset();
        assertThat(run("--help")).isZero();
        assertThat(text()).contains("Usage:").contains("PEC_PASSWORD");
    }

    @Test
    void namesWhatIsMissingForARealAccount() {
        assertThatThrownBy(() -> Quickstart.run(
                        List.of("--real", "--data", data.toString()),
                        Map.of("PEC_SMTP_HOST", "smtps.example", "PEC_SMTP_PORT", "many"),
                        out))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("PEC_SMTP_PORT")
                .hasMessageContaining("many");
    }

    private int run(String... arguments) throws Exception {
        return Quickstart.run(List.of(arguments), Map.of(), out);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
