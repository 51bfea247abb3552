package io.github.pecmailproxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of mistakes in CONTRIBUTING.md names tests that are there. */
class MistakesTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|Contract))\\.(\\w+)`");

    @Test
    void everyTestThatTheTableOfMistakesNamesIsThere() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        String table = Files.readString(root.resolve("CONTRIBUTING.md"))
                .replaceFirst("(?s)^.*### Mistakes that must not come back", "")
                .replaceFirst("(?s)\n###? .*$", "");
        List<MatchResult> named = NAMED.matcher(table).results().toList();
        assertThat(named).hasSizeGreaterThan(20);
        List<String> rows = table.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Mistake") && !line.startsWith("| ---"))
                .toList();
        assertThat(rows).isNotEmpty().allMatch(row -> NAMED.matcher(row).find());
        for (MatchResult test : named) {
            String source = sourceOf(root, test.group(1));
            int method = source.indexOf("void " + test.group(2) + "(");
            assertThat(method).as(test.group()).isPositive();
            String annotations = source.substring(source.lastIndexOf("\n\n", method), method);
            assertThat(annotations).as(test.group()).containsPattern("@(Parameterized)?Test\\b");
        }
    }

    private static String sourceOf(Path root, String testClass) throws IOException {
        try (Stream<Path> files = Files.find(
                root,
                20,
                (file, attributes) ->
                        file.endsWith(testClass + ".java") && file.toString().contains("src"))) {
            Path source = files.findFirst().orElseThrow(() -> new AssertionError("there is no " + testClass));
            return Files.readString(source);
        }
    }
}
