package io.github.pecmailproxy.testing;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Reads along with everything that this process prints while tests run, its log among it, and fails the test class during which a password,
 * a token or the text of a message appears, as it is or in Base64. JUnit finds it by itself in every module that has this jar. Thread-safe.
 */
public final class LogScan implements BeforeAllCallback, AfterAllCallback {
    /** Passwords, tokens and texts that the tests use, each so chosen that nothing else has a reason to contain it. */
    private static final List<String> SECRETS = List.of(
            "correct horse battery staple",
            "Correct-Horse-77",
            "S3cret-e-lungo",
            "not-to-be-seen",
            "pa55word",
            "mailbox-secret",
            "parola-segreta",
            "parola-d'ordine-segretissima",
            "smtp-password",
            "imap-password",
            "s3cr3t-password",
            "another-secret",
            "sync-secret",
            "tenants-secret",
            "administrators-token",
            "that-no-log-may-show",
            "Gentile destinatario",
            "Text of ");

    private static final List<String> FORMS =
            SECRETS.stream().flatMap(LogScan::forms).toList();
    private static final int BITS_OF_A_BYTE = 8;
    private static final int BITS_OF_A_LETTER = 6;
    private static final int BYTES_OF_A_GROUP = 3;

    private static final List<String> FOUND = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void beforeAll(ExtensionContext context) {
        // Again for each class: whoever runs the tests, and a test itself, may put a stream of its own in place.
        if (!(System.out instanceof Watched)) {
            System.setOut(new Watched(System.out));
        }
        if (!(System.err instanceof Watched)) {
            System.setErr(new Watched(System.err));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        System.out.flush();
        System.err.flush();
        synchronized (FOUND) {
            List<String> found = List.copyOf(FOUND);
            FOUND.clear();
            if (!found.isEmpty()) {
                throw new AssertionError("printed or logged: " + String.join("\n", found));
            }
        }
    }

    /** Looks for secrets in a text that was printed elsewhere, such as by another process. */
    static List<String> in(String text) {
        return FORMS.stream().filter(text::contains).toList();
    }

    /** A secret as it is, and as it stands in the Base64 of something that contains it, wherever it begins there. */
    private static Stream<String> forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        Stream<String> encoded = IntStream.range(0, BYTES_OF_A_GROUP).mapToObj(offset -> {
            byte[] shifted = new byte[offset + bytes.length];
            System.arraycopy(bytes, 0, shifted, offset, bytes.length);
            // Only the letters that it makes alone, without what stands before and behind it.
            return Base64.getEncoder()
                    .encodeToString(shifted)
                    .substring(
                            (offset * BITS_OF_A_BYTE + BITS_OF_A_LETTER - 1) / BITS_OF_A_LETTER,
                            shifted.length * BITS_OF_A_BYTE / BITS_OF_A_LETTER);
        });
        return Stream.concat(Stream.of(secret), encoded);
    }

    /** A stream that passes everything on. */
    private static final class Watched extends PrintStream {
        Watched(PrintStream original) {
            super(new Lines(original), true, StandardCharsets.UTF_8);
        }
    }

    private static final class Lines extends OutputStream {
        private static final int LONGEST_LINE = 1 << 16;

        private final PrintStream original;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(PrintStream original) {
            this.original = original;
        }

        @Override
        public synchronized void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            original.write(bytes, offset, length);
            for (int i = offset; i < offset + length; i++) {
                line.write(bytes[i]);
                if (bytes[i] == '\n' || line.size() == LONGEST_LINE) {
                    String text = line.toString(StandardCharsets.UTF_8);
                    line.reset();
                    in(text).forEach(secret -> FOUND.add("\"" + secret + "\" in: " + text.strip()));
                }
            }
        }

        @Override
        public synchronized void flush() {
            original.flush();
        }
    }
}
