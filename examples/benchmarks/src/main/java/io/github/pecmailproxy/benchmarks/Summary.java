package io.github.pecmailproxy.benchmarks;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.operator.OperatorCreationException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the benchmarks and prints one table, with the ratios that matter: absolutes differ from machine to machine. */
public final class Summary {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private final Collection<RunResult> results;

    private Summary(Collection<RunResult> results) {
        this.results = results;
    }

    /**
     * Runs the benchmarks.
     *
     * @param arguments {@code --quick} for a run of two minutes instead of six; {@code --sending}, with {@code --quick} behind it or
     *     not, for the rates of sending instead; {@code --receiving} likewise for those of receiving; {@code --peak} and a number of messages for the heap that draining them takes
     * @throws RunnerException if a benchmark fails
     * @throws IOException if a server cannot be started
     * @throws InterruptedException if the run is broken off
     * @throws MessagingException if the bare loop fails
     * @throws GeneralSecurityException if a receipt cannot be signed
     * @throws OperatorCreationException likewise
     * @throws CMSException likewise
     */
    public static void main(String... arguments)
            throws RunnerException, IOException, InterruptedException, MessagingException, GeneralSecurityException,
                    OperatorCreationException, CMSException {
        List<String> given = List.of(arguments);
        if (!given.isEmpty() && given.get(0).equals("--sending")) {
            SendingRates.print(given.contains("--quick"));
            return;
        }
        if (!given.isEmpty() && given.get(0).equals("--receiving")) {
            ReceivingRates.print(given.contains("--quick"));
            return;
        }
        if (given.size() == 2 && given.get(0).equals("--peak")) {
            SendingRates.printPeak(Integer.parseInt(given.get(1)));
            return;
        }
        boolean quick = given.equals(List.of("--quick"));
        if (!quick && !given.isEmpty()) {
            System.err.println("usage: java -jar benchmarks.jar [--sending | --receiving] [--quick] | --peak MESSAGES");
            System.exit(2);
        }
        OptionsBuilder options = new OptionsBuilder();
        options.include(ReceiptParsing.class.getName())
                .include(VerificationBenchmark.class.getName())
                .threads(1)
                .forks(quick ? 1 : 3)
                .warmupIterations(quick ? 4 : 8)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(quick ? 10 : 20)
                .measurementTime(TimeValue.milliseconds(300))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuRateProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        System.out.println("measuring, please wait...");
        new Summary(new Runner(options.build()).run()).print();
    }

    private void print() {
        System.out.printf(Locale.ROOT, "%-38s %16s %16s%n", "one core, receipts in memory", "7 kB", "281 kB");
        row("classified, receipts/s", "classify", "%,.0f");
        row("Jakarta Mail to the daticert/s", "walk", "%,.0f");
        row("Jakarta Mail, three headers/s", "headers", "%,.0f");
        System.out.printf(
                Locale.ROOT,
                "%-38s %16s %16s%n",
                "allocated by a classification, bytes",
                format("%,.0f", secondary("classify", "accettazione", ALLOCATION)),
                format("%,.0f", secondary("classify", "consegna", ALLOCATION)));
        ratio("times faster than to the daticert", "classify", "walk");
        ratio("times faster than three headers", "classify", "headers");
        row("classified and verified, receipts/s", "verify", "%,.0f");
        row("Bouncy Castle S/MIME, signature only/s", "bouncyCastle", "%,.0f");
        row("Bouncy Castle validator of mails/s", "bouncyCastleValidator", "%,.0f");
        row("one SHA-256 and one RSA-2048/s", "floor", "%,.0f");
        ratio("times faster than the signature only", "verify", "bouncyCastle");
        ratio("times faster than the validator", "verify", "bouncyCastleValidator");
    }

    private void row(String title, String benchmark, String format) {
        System.out.printf(
                Locale.ROOT,
                "%-38s %16s %16s%n",
                title,
                format(format, score(benchmark, "accettazione")),
                format(format, score(benchmark, "consegna")));
    }

    private void ratio(String title, String ours, String other) {
        System.out.printf(
                Locale.ROOT,
                "%-38s %16s %16s%n",
                title,
                format("%.2f", score(ours, "accettazione") / score(other, "accettazione")),
                format("%.2f", score(ours, "consegna") / score(other, "consegna")));
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private double score(String benchmark, String receipt) {
        return secondary(benchmark, receipt, CpuRateProfiler.RATE);
    }

    private double secondary(String benchmark, String receipt, String name) {
        Result<?> found = result(benchmark, receipt).getSecondaryResults().get(name);
        if (found == null) {
            throw new IllegalStateException("this Java machine does not tell " + name);
        }
        return found.getScore();
    }

    private RunResult result(String benchmark, String receipt) {
        return results.stream()
                .filter(result -> result.getParams().getBenchmark().endsWith("." + benchmark)
                        && result.getParams().getParam("receipt").equals(receipt))
                .findFirst()
                .orElseThrow();
    }
}
