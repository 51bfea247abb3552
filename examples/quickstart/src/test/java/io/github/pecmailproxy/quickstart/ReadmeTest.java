package io.github.pecmailproxy.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The examples in the README compile as they are written. */
class ReadmeTest {
    private static final Path README = Path.of("..", "..", "README.md");
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyJavaExampleCompiles() throws IOException {
        List<String> examples = JAVA.matcher(Files.readString(README))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(3);
        for (int i = 0; i < examples.size(); i++) {
            assertThat(compile("Example" + i, examples.get(i)))
                    .as(examples.get(i))
                    .isEmpty();
        }
    }

    private static String compile(String name, String statements) {
        String source = "import io.github.pecmailproxy.*;\n"
                + "import io.github.pecmailproxy.account.*;\n"
                + "import io.github.pecmailproxy.message.*;\n"
                + "import io.github.pecmailproxy.pec.*;\n"
                + "import io.github.pecmailproxy.pec.trust.*;\n"
                + "import io.github.pecmailproxy.report.*;\n"
                + "import io.github.pecmailproxy.storage.jdbc.*;\n"
                + "import io.github.pecmailproxy.store.*;\n"
                + "import java.io.OutputStream;\n"
                + "import java.nio.file.Files;\n"
                + "import java.nio.file.Path;\n"
                + "abstract class " + name + " {\n"
                + "  MailProxy proxy;\n"
                + "  abstract void save(Object... values);\n"
                + "  abstract void show(Object... values);\n"
                + "  void example(String password) throws Exception {\n" + statements + "\n}\n}\n";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of(
                                "-proc:none",
                                "-d",
                                System.getProperty("java.io.tmpdir"),
                                "-cp",
                                System.getProperty("java.class.path")),
                        null,
                        List.of(file))
                .call();
        return compiled ? "" : messages.toString() + "failed";
    }
}
