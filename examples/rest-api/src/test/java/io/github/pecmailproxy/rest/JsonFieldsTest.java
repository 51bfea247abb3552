package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are small on the wire and large in memory. */
class JsonFieldsTest {
    private static final int LARGEST_BODY = (int) Settings.DEFAULT_LARGEST_BODY;

    @ParameterizedTest
    @ValueSource(strings = {"{},", "[],", "0,"})
    void refusesABodyThatIsManyTimesAsLargeInMemory(String element) {
        byte[] body = new byte[LARGEST_BODY];
        byte[] begin = "{\"messages\":[".getBytes(StandardCharsets.US_ASCII);
        byte[] repeated = element.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(begin, 0, body, 0, begin.length);
        for (int at = begin.length; at < body.length; at++) {
            body[at] = repeated[(at - begin.length) % repeated.length];
        }

        assertThatThrownBy(() -> JsonFields.read(body))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("body: is nested too deeply or has more than 1000000 names");
    }

    @Test
    void refusesABodyThatIsNestedWithoutEnd() {
        byte[] body = new byte[100_000];
        Arrays.fill(body, (byte) '[');
        assertThatThrownBy(() -> JsonFields.read(body)).hasMessageContaining("nested too deeply");
    }

    @Test
    void readsOneAttachmentAsLargeAsABody() {
        String content = "A".repeat(20 << 20);
        JsonFields fields = JsonFields.read(("{\"content\": \"" + content + "\"}").getBytes(StandardCharsets.US_ASCII));
        assertThat(fields.text("content")).hasSameSizeAs(content);
    }
}
