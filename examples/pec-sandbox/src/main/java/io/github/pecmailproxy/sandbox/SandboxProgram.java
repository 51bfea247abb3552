package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The sandbox as a program: starts it, prints where it listens and where its certificates lie, and runs until it is killed.
 */
final class SandboxProgram {
    private static final String USAGE = """
            Options, all optional:
              --account=ADDRESS      a certified mailbox; may be given again (default: prova@pec.example)
              --smtp-port=N --smtps-port=N --imap-port=N --imaps-port=N   (default: any free port)
              --shape=aruba-2018|aruba-2026|legalmail   (default: aruba-2018)
              --digest=sha-256|sha-1                    (default: sha-256)
              --time-scale=N         simulated time runs N times faster (default: 1)
              --ca-directory=PATH    where to write the certificates (default: a temporary directory)
              --state-directory=PATH where to keep everything across a kill (default: in memory only)
            The password of every account is taken from PEC_SANDBOX_PASSWORD (default: sandbox).
            """;

    private SandboxProgram() {}

    /**
     * Runs the program until it is killed; exits with status 2 when an option is wrong.
     *
     * @param arguments the options
     * @throws InterruptedException if the main thread is interrupted
     */
    static void run(String... arguments) throws InterruptedException {
        try {
            start(List.of(arguments), System.getenv(), System.out);
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
        }
        new CountDownLatch(1).await();
    }

    /**
     * Starts the sandbox and prints where it is.
     *
     * @param arguments the options
     * @param environment where the password may be
     * @param out where to print
     * @return the running sandbox
     * @throws IllegalArgumentException if an option is unknown or its value wrong
     * @throws UncheckedIOException if a port or the certificates' directory cannot be had
     */
    static PecSandbox start(List<String> arguments, Map<String, String> environment, PrintStream out) {
        String password = environment.getOrDefault("PEC_SANDBOX_PASSWORD", "sandbox");
        PecSandbox.Builder builder = PecSandbox.builder();
        List<String> accounts = new ArrayList<>();
        int[] ports = new int[4];
        String directory = "";
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("an option looks like --name=value, not like: " + argument);
            }
            String name = argument.substring(2, equals);
            String value = argument.substring(equals + 1);
            switch (name) {
                case "account" -> accounts.add(value);
                case "smtp-port" -> ports[0] = number(name, value);
                case "smtps-port" -> ports[1] = number(name, value);
                case "imap-port" -> ports[2] = number(name, value);
                case "imaps-port" -> ports[3] = number(name, value);
                case "shape" -> builder.shape(constant(WireShape.class, name, value));
                case "digest" -> builder.digest(constant(SignatureDigest.class, name, value));
                case "time-scale" -> builder.timeScale(number(name, value));
                case "ca-directory" -> directory = value;
                case "state-directory" -> builder.stateDirectory(Path.of(value));
                default -> throw new IllegalArgumentException("unknown option: --" + name);
            }
        }
        if (accounts.isEmpty()) {
            accounts.add("prova@pec.example");
        }
        accounts.forEach(account -> builder.account(account, password));
        PecSandbox sandbox = builder.smtpPorts(ports[0], ports[1])
                .imapPorts(ports[2], ports[3])
                .start();
        boolean announced = false;
        try {
            announce(sandbox, accounts, directory, out);
            announced = true;
        } finally {
            if (!announced) {
                sandbox.close();
            }
        }
        return sandbox;
    }

    private static void announce(PecSandbox sandbox, List<String> accounts, String directory, PrintStream out) {
        try {
            Path target = directory.isEmpty()
                    ? Files.createTempDirectory("pec-sandbox-ca")
                    : Files.createDirectories(Path.of(directory));
            Path tls = Files.writeString(target.resolve("tls-ca.pem"), sandbox.tlsCaPem());
            Path receipts = Files.writeString(target.resolve("receipt-ca.pem"), sandbox.receiptCaPem());
            out.println("PEC sandbox is running on " + sandbox.host());
            out.println("  SMTP  (STARTTLS)  " + sandbox.smtpPort());
            out.println("  SMTPS             " + sandbox.smtpsPort());
            out.println("  IMAP  (STARTTLS)  " + sandbox.imapPort());
            out.println("  IMAPS             " + sandbox.imapsPort());
            out.println("  TLS authority     " + tls);
            out.println("  receipt authority " + receipts);
            out.println("  accounts          " + String.join(", ", accounts));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the certificates: " + e.getMessage(), e);
        }
    }

    private static int number(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " must be a whole number, was: " + value, e);
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name, String value) {
        String wanted = value.toUpperCase(Locale.ROOT).replace('-', '_');
        for (E candidate : type.getEnumConstants()) {
            if (candidate.name().equals(wanted)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("--" + name + " has no value " + value);
    }
}
