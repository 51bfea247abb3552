package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelimiterSearchTest {
    private static final String ALPHABET = "ABab01+/-=_\r\n\n--";

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "--", "-------", "=_1767319445-23219-13", "0E32ED7BC110EE1F6074D6F7771A6303", "1111111111"})
    void findsEveryDelimiterThatALookAtEachByteFinds(String boundary) {
        Random random = new Random(boundary.hashCode());
        for (int round = 0; round < 60; round++) {
            DelimiterSearch search = new DelimiterSearch();
            search.push(boundary);
            if (round % 3 == 0) {
                search.push("--=_another_" + "x".repeat(round * 4));
            }
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(round % 2 == 0 ? 30_000 : 300);
            while (text.length() < length) {
                if (random.nextInt(500) == 0) {
                    text.append("\n--").append(boundary).append(random.nextBoolean() ? "\n" : "--\r\n");
                } else {
                    text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                }
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            assertThat(next(search, bytes, 0)).isEqualTo(naive(search, bytes, 0));
            for (int from = 0; from < bytes.length; from += 1 + random.nextInt(2_000)) {
                assertThat(next(search, bytes, from)).isEqualTo(naive(search, bytes, from));
            }
        }
    }

    private static int next(DelimiterSearch search, byte[] bytes, int from) {
        int at = search.candidate(bytes, from, bytes.length);
        while (at >= 0 && !search.evaluate(bytes, at, bytes.length)) {
            at = search.candidate(bytes, at + 1, bytes.length);
        }
        return at;
    }

    private static int naive(DelimiterSearch search, byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n' && search.evaluate(bytes, i, bytes.length)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void aBoundaryHasALengthAndALimit() {
        DelimiterSearch search = new DelimiterSearch();

        assertThat(search.push("")).isFalse();
        assertThat(search.push("x".repeat(201))).isFalse();
        assertThat(search.push("x".repeat(200))).isTrue();
    }
}
