package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.storage.jdbc.JdbcEventStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The main job in one program: queue messages on an H2 file, send them, read and verify the receipts, show what became of each.
 *
 * <p>Without arguments everything happens on this machine, against a simulated provider. With {@code --real} it sends one message
 * through a real PEC account, asked for on the terminal or taken from the environment ({@link RealProvider}). Killed at any moment and
 * started again on the same folder, it goes on where it was.
 */
public final class Quickstart {
    /** More than one, because the simulated provider forgets with this program whom it has put off already. */
    private static final List<Duration> RETRY_DELAYS = List.of(
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));

    private static final String USAGE = """
            Usage: java -jar quickstart.jar [--real] [--data FOLDER]
              --real         send one message through a real PEC account: asks for what is not in the environment
                             (PEC_SMTP_HOST, PEC_SMTP_PORT, PEC_IMAP_HOST, PEC_IMAP_PORT, PEC_USER, PEC_ADDRESS,
                             PEC_PASSWORD, PEC_TO); never takes the password as an argument
              --data FOLDER  where the queue, the receipts and the evidence are kept (default: data/quickstart)
            """;

    private static final int OK = 0;
    private static final int UNEXPECTED = 1;
    private static final int BAD_USAGE = 2;

    private Quickstart() {}

    /**
     * Runs the program and ends the JVM: status 0 when every fate was as expected, 1 when one was not, 2 for a wrong call.
     *
     * @param arguments see the usage
     * @throws Exception if something fails that should not
     */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int status;
        try {
            status = run(List.of(arguments), System.getenv(), out);
        } catch (InvalidValueException wrong) {
            out.println(wrong.getMessage());
            status = BAD_USAGE;
        }
        System.exit(status);
    }

    static int run(List<String> arguments, Map<String, String> environment, PrintStream out)
            throws IOException, InterruptedException {
        Path data = Path.of("data", "quickstart");
        boolean real = false;
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals("--real")) {
                real = true;
            } else if (arguments.get(i).equals("--data") && i + 1 < arguments.size()) {
                data = Path.of(arguments.get(++i));
            } else {
                out.print(USAGE);
                return arguments.get(i).equals("--help") ? OK : BAD_USAGE;
            }
        }
        Files.createDirectories(data);
        try (Provider provider = real ? RealProvider.ask(environment, out) : SimulatedProvider.start(data)) {
            return run(provider, data, out);
        }
    }

    private static int run(Provider provider, Path data, PrintStream out) throws InterruptedException {
        LiveProgress progress = new LiveProgress(out);
        Path database = data.toAbsolutePath().normalize().resolve(provider.name());
        try (MailProxy proxy = MailProxy.builder()
                .store(JdbcEventStore.open("jdbc:h2:file:" + database))
                .account(provider.account())
                .trust(provider.trust())
                .retryDelays(RETRY_DELAYS)
                .leaseDuration(Duration.ofSeconds(5))
                .timeoutInterval(Duration.ofMillis(500))
                .pollInterval(provider.pollInterval())
                .reports(progress)
                .operations(progress)
                .build()) {
            out.println("Provider: " + provider.description());
            out.println("Data:     " + database + ".mv.db (delete the folder to begin anew)");
            out.println();
            proxy.start();
            for (OutgoingMessage message : provider.messages()) {
                if (proxy.queue().enqueue(message) instanceof EnqueueResult.AlreadyQueued known) {
                    progress.alreadyThere(known.message());
                }
            }
            boolean complete = provider.awaitOutcomes(proxy, progress);
            out.println();
            new TimelineTable(out).print(proxy, provider.messages());
            List<String> surprises = provider.surprises(proxy);
            surprises.forEach(surprise -> out.println("UNEXPECTED: " + surprise));
            if (!complete) {
                out.println("Not every message has its outcome yet. Start again to go on waiting.");
            } else if (surprises.isEmpty()) {
                out.println(provider.farewell());
            }
            return complete && surprises.isEmpty() ? OK : UNEXPECTED;
        }
    }
}
