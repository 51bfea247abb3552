package io.github.pecmailproxy.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** When the progress of the work is shown, and what is left of it. */
class ProgressBarTest {
    private static final int MUCH = 400;

    @Test
    void showsEachPercentOnceAndTakesItselfAway() {
        String shown = shown(MUCH, true);

        assertThat(shown).contains("\r[####################                    ] 50% of 400 files");
        assertThat(shown.split("\r\\[", -1)).hasSize(102); // 0 to 100 percent, and what is before the first.
        assertThat(shown).endsWith("\r" + " ".repeat(80) + "\r");
    }

    @Test
    void staysAwayWhereNobodyWatches() {
        assertThat(shown(MUCH, false)).isEmpty();
    }

    @Test
    void staysAwayWhenThereIsLittleToWaitFor() {
        assertThat(shown(199, true)).isEmpty();
        assertThat(shown(0, true)).isEmpty();
    }

    private static String shown(int files, boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ProgressBar bar = new ProgressBar(new PrintStream(bytes, true, StandardCharsets.UTF_8), files, terminal);
        for (int i = 0; i < files; i++) {
            bar.step();
        }
        bar.finish();
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
