package io.github.pecmailproxy.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.internal.compose.ComposedMessage;
import io.github.pecmailproxy.internal.compose.ComposerSettings;
import io.github.pecmailproxy.internal.compose.MessageComposer;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large attachment goes through a small heap: the composer and the sender run in a process of their own. */
class LargeMessageTest {
    private static final int ATTACHMENT = 50 * 1024 * 1024;

    @Test
    void composesAndSendsFiftyMegabytesInAHeapOfNinetySix(@TempDir Path folder) throws Exception {
        try (ScriptedSmtpServer server = ScriptedSmtpServer.plain().keepHashesOnly()) {
            Path output = folder.resolve("output");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx96m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LargeMessageTest.class.getName(),
                            Integer.toString(server.port()),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(process.waitFor()).as(Files.readString(output)).isZero();

            assertThat(server.messages())
                    .containsExactly(Files.readString(folder.resolve("sha256")).getBytes(StandardCharsets.US_ASCII));
            assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".spool"));
        }
    }

    /**
     * Composes and sends one message.
     *
     * @param arguments the server's port, and the folder for the spool and for the hash of what was composed
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        MailAccount account = MailAccount.ordinary("large")
                .smtp(new MailServer("localhost", Integer.parseInt(arguments[0]), Transport.PLAIN))
                .credentials("sender@example.org", "pa55word")
                .build();
        MessageComposer composer = new MessageComposer(
                "store0123456789ab",
                new ComposerSettings(
                        ComposerSettings.DEFAULT_TRACKING_HEADER, folder, ComposerSettings.DEFAULT_MEMORY_LIMIT),
                InstantSource.system());
        OutgoingMessage message = OutgoingMessage.builder()
                .id("large-1")
                .account("large")
                .from("sender@example.org")
                .to("recipient@example.org")
                .text("See the attachment.")
                .attach(Attachment.of("large.bin", "application/octet-stream", Noise::new))
                .build();
        try (ComposedMessage composed = composer.compose(message, account);
                AngusSmtpSender sender = new AngusSmtpSender(InstantSource.system())) {
            SendOutcome outcome = sender.send(new Transmission(
                    account,
                    composed.envelopeFrom(),
                    composed.recipients().stream().map(RecipientStatus::address).toList(),
                    composed.content()));
            if (!(outcome instanceof SendOutcome.Accepted)) {
                throw new IllegalStateException(outcome.toString());
            }
            Files.writeString(folder.resolve("sha256"), composed.content().sha256());
        }
    }

    /** Bytes that no compression makes smaller. */
    private static final class Noise extends InputStream {
        private final SplittableRandom random = new SplittableRandom(1);
        private int left = ATTACHMENT;

        @Override
        public int read() {
            if (left == 0) {
                return -1;
            }
            left--;
            return random.nextInt(256);
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = Math.min(length, left);
            for (int i = 0; i < count; i++) {
                into[offset + i] = (byte) random.nextInt(256);
            }
            left -= count;
            return count == 0 && length > 0 ? -1 : count;
        }
    }
}
