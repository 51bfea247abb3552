package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A real PEC account, to which one message is sent: to itself, unless another recipient is named. What the environment does not say is
 * asked for on the terminal; the password is never an argument, which other users of the machine could read.
 */
final class RealProvider implements Provider {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration TURN = Duration.ofSeconds(1);

    private final MailAccount account;
    private final OutgoingMessage message;

    private RealProvider(MailAccount account, OutgoingMessage message) {
        this.account = account;
        this.message = message;
    }

    static RealProvider ask(Map<String, String> environment, PrintStream out) {
        Answers answers = new Answers(environment, System.console());
        String smtpHost = answers.text("PEC_SMTP_HOST", "SMTP host (for example smtps.pec.aruba.it)");
        int smtpPort = answers.port("PEC_SMTP_PORT", MailAccount.SMTPS_PORT);
        String imapHost = answers.text("PEC_IMAP_HOST", "IMAP host (for example imaps.pec.aruba.it)");
        int imapPort = answers.port("PEC_IMAP_PORT", MailAccount.IMAPS_PORT);
        String user = answers.text("PEC_USER", "User (usually the PEC address)");
        MailAccount.Builder account = MailAccount.pec("pec")
                .smtps(smtpHost, smtpPort)
                .imaps(imapHost, imapPort)
                .credentials(user, answers.password());
        String address = user.contains("@") ? user : answers.text("PEC_ADDRESS", "PEC address");
        account.address(address);
        String named = environment.getOrDefault("PEC_TO", "").strip();
        String recipient = named.isEmpty() ? address : named;
        out.println("One message, from " + address + " to " + recipient);
        return new RealProvider(
                account.build(),
                OutgoingMessage.builder()
                        .id("quickstart-" + address + "-" + recipient)
                        .account("pec")
                        .from(address)
                        .to(recipient)
                        .subject("Prova di invio")
                        .text("Questo messaggio prova l'invio e la lettura delle ricevute.\n")
                        .build());
    }

    @Override
    public String name() {
        return "real";
    }

    @Override
    public String description() {
        return account.smtp() + " and " + account.imap() + " as "
                + account.address().address();
    }

    @Override
    public MailAccount account() {
        return account;
    }

    @Override
    public ProviderTrust trust() {
        return ProviderTrust.defaults();
    }

    @Override
    public Duration pollInterval() {
        return Duration.ofSeconds(20);
    }

    @Override
    public List<OutgoingMessage> messages() {
        return List.of(message);
    }

    @Override
    public boolean awaitOutcomes(MailProxy proxy, LiveProgress progress) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Optional<TrackedMessage> now = proxy.message(message.key());
            if (now.filter(Outcomes::isSettled).isPresent()) {
                progress.drain();
                return true;
            }
            progress.pause(TURN);
        }
        return false;
    }

    @Override
    public List<String> surprises(MailProxy proxy) {
        List<String> outcomes = proxy.message(message.key()).map(Outcomes::of).orElse(List.of());
        return outcomes.equals(List.of("delivered"))
                ? List.of()
                : List.of("the message should be delivered and is " + String.join(", ", outcomes));
    }

    @Override
    public String farewell() {
        return "The message was delivered, and its receipts are kept in the data folder. Sent before, it is not sent again.";
    }

    @Override
    public void close() {
        // Nothing of a real provider is ours to close.
    }

    /** Answers from the environment, else from the person at the terminal. */
    private record Answers(
            Map<String, String> environment, @Nullable Console console) {
        String text(String variable, String question) {
            String given = environment.get(variable);
            if (given != null && !given.isBlank()) {
                return given.strip();
            }
            String line = console == null ? null : console.readLine("%s: ", question);
            if (line == null || line.isBlank()) {
                throw new InvalidValueException(variable, "is missing");
            }
            return line.strip();
        }

        int port(String variable, int otherwise) {
            String given = environment.get(variable);
            if (given == null || given.isBlank()) {
                return otherwise;
            }
            try {
                return Integer.parseInt(given.strip());
            } catch (NumberFormatException notANumber) {
                throw new InvalidValueException(variable, "is not a port: " + InvalidValueException.quote(given));
            }
        }

        String password() {
            String given = environment.get("PEC_PASSWORD");
            if (given != null && !given.isEmpty()) {
                return given;
            }
            char[] typed = console == null ? null : console.readPassword("Password: ");
            if (typed == null || typed.length == 0) {
                throw new InvalidValueException("PEC_PASSWORD", "is missing");
            }
            return new String(typed);
        }
    }
}
