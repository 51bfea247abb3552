package io.github.pecmailproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** That the scan of what is logged would find something, and is at work here. */
class LogScanTest {
    private final LogScan scan = new LogScan();

    @Test
    void failsTheClassThatLoggedASecret() {
        LoggerFactory.getLogger(LogScanTest.class).warn("refused: {}", "AUTH LOGIN with pa55word");

        assertThatThrownBy(() -> scan.afterAll(null))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("\"pa55word\" in: ")
                .hasMessageContaining("AUTH LOGIN with");
        scan.afterAll(null); // Told once.
    }

    @Test
    void readsAlongWithBothStreams() {
        System.out.println("mailbox-secret");
        System.err.println("mailbox-secret");

        assertThatThrownBy(() -> scan.afterAll(null))
                .hasMessageMatching("(?s)(.*\"mailbox-secret\" in: mailbox-secret){2}.*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0user\0pa55word", "\0a\0pa55word and more", "pa55word", "xpa55word", "xxpa55wordx"})
    void findsASecretInBase64WhereverItStands(String text) {
        String line = "C: " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));

        assertThat(LogScan.in(line)).isNotEmpty();
    }

    @Test
    void findsNothingInWhatHoldsNoSecret() {
        assertThat(LogScan.in("default/n1 is SENT after sent; Y29ycmVjdA==")).isEmpty();
    }
}
