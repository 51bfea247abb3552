package io.github.pecmailproxy.classifier;

import io.github.pecmailproxy.evidence.EvidenceBundle;
import io.github.pecmailproxy.evidence.EvidenceVerification;
import io.github.pecmailproxy.pec.MailKind;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what each mail in files and folders is, and whether it proves what it says. */
@Command(
        name = "receipt-classifier",
        mixinStandardHelpOptions = true,
        version = "0.1.0",
        description = {
            "Says what each mail in files and folders is: a PEC receipt, an envelope, REM evidence, a bounce or ordinary mail,",
            "and whether a receipt proves what it says. Or verifies an evidence bundle.",
            "Nothing is changed, and nothing is asked of the network."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every mail was read; of a bundle, everything holds",
            "1:at least one could not be read; of a bundle, something does not hold, and the reason is printed",
            "2:the command line is wrong"
        })
final class ReceiptClassifier implements Callable<Integer> {
    private static final int ALL_READ = 0;
    private static final int NOT_ALL_READ = 1;

    private final PrintStream out;
    private final PrintStream progress;
    private final boolean terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print one JSON object a line instead of a table.")
    private boolean json;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = {
                "Trust the certificates in this file as well as the authority of the PEC providers.",
                "May be repeated."
            })
    private List<Path> trust = new ArrayList<>();

    @Option(names = "--no-verify", description = "Do not verify signatures: nothing is proof then.")
    private boolean noVerify;

    @Option(
            names = "--verify-bundle",
            paramLabel = "FILE",
            description = {
                "Verify an evidence bundle, a zip or the folder it was unpacked to, or a folder of mails (.eml)",
                "with receipts and the messages they speak of."
            })
    private @Nullable Path bundle;

    @Parameters(
            paramLabel = "PATH",
            arity = "0..*",
            description = "A mail (.eml), a compressed mail (.eml.gz), a mailbox (mbox), or a folder with any of them.")
    private List<Path> paths = new ArrayList<>();

    ReceiptClassifier(PrintStream out, PrintStream progress, boolean terminal) {
        this.out = out;
        this.progress = progress;
        this.terminal = terminal;
    }

    /**
     * Runs the command and ends the process with its exit status.
     *
     * @param arguments as {@code --help} explains
     */
    public static void main(String... arguments) {
        // Mails hold every character; what the terminal cannot show it replaces itself.
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        ReceiptClassifier classifier = new ReceiptClassifier(out, System.err, CommandLine.Help.Ansi.AUTO.enabled());
        int status = new CommandLine(classifier).execute(arguments);
        out.flush();
        System.exit(status);
    }

    @Override
    public Integer call() throws IOException {
        if (bundle != null) {
            return verify(bundle);
        }
        if (paths.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'PATH'");
        }
        PecReceiptParser parser = parser();
        MailFiles files = MailFiles.find(paths);
        MailReport report = json ? new JsonReport(out) : new TableReport(out);
        ProgressBar bar = new ProgressBar(progress, files.count(), terminal && !json);
        boolean allRead = files.read(
                parser,
                mail -> {
                    report.add(mail);
                    return mail.mail().kind() != MailKind.UNREADABLE;
                },
                bar);
        bar.finish();
        report.finish();
        out.flush();
        return allRead ? ALL_READ : NOT_ALL_READ;
    }

    private int verify(Path file) throws IOException {
        if (noVerify || !paths.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--verify-bundle goes neither with --no-verify nor with other files");
        }
        if (!Files.isReadable(file)) {
            throw new ParameterException(spec.commandLine(), "--verify-bundle " + file + " cannot be read");
        }
        EvidenceVerification verification = EvidenceBundle.verify(file, providerTrust());
        BundleReport report = new BundleReport(file.toString(), verification);
        if (json) {
            report.printJson(out);
        } else {
            report.print(out);
        }
        out.flush();
        return verification.holds() ? ALL_READ : NOT_ALL_READ;
    }

    private PecReceiptParser parser() {
        if (noVerify) {
            return PecReceiptParser.create();
        }
        ProviderTrust providerTrust = providerTrust();
        return PecReceiptParser.builder()
                .signatureVerifier(providerTrust.verifier())
                .opaqueContent(providerTrust.opaqueContent())
                .build();
    }

    private ProviderTrust providerTrust() {
        ProviderTrust.Builder builder = ProviderTrust.builder().defaultAnchors();
        for (Path file : trust) {
            try {
                builder.anchorsPem(file);
            } catch (UncheckedIOException | IllegalArgumentException unusable) {
                throw new ParameterException(
                        spec.commandLine(), "--trust " + file + " cannot be used: " + unusable.getMessage(), unusable);
            }
        }
        return builder.build();
    }
}
