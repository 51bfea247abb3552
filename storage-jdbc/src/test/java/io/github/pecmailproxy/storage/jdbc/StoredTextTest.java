package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows that every text comes out as it went in. */
class StoredTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "perché",
                "😀",
                "\u0000",
                "a\u0000b\u0000",
                "\u001a",
                "\u001ae",
                "\u001a0000",
                "\ud83d",
                "\ude00",
                "\ude00\ud83d",
                "x\ud83d",
                "\ud83d\u0000\ude00",
                "ends with \u001a"
            })
    void comesOutAsItWentIn(String text) {
        for (boolean emptyIsNull : new boolean[] {false, true}) {
            String stored = StoredText.encode(text, emptyIsNull);

            assertThat(StoredText.decode(stored)).isEqualTo(text);
            assertThat(stored).doesNotContain("\u0000");
            assertThat(new String(stored.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(stored);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Fattura n. 12", "perché", "😀", "a\r\nb\tc"})
    void isStoredAsItIsWhereThatIsPossible(String text) {
        assertThat(StoredText.encode(text, true)).isEqualTo(text);
    }
}
