package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The parser and the verifier together, over every sample and with the verdict its manifest states. */
class ParsedMailTest {
    private static final int FILE = 0;
    private static final int VERDICT = 4;

    private final PecReceiptParser parser = parser(ProviderTrust.defaults());
    private final PecReceiptParser parserForOldMail =
            parser(ProviderTrust.builder().defaultAnchors().includeDigitPa().build());

    @TestFactory
    Stream<DynamicTest> agreesWithTheManifest() throws IOException {
        List<String> rows = Files.readAllLines(SharedFiles.path("samples/MANIFEST.tsv"));
        assertThat(rows).hasSizeGreaterThan(1);
        return rows.stream()
                .skip(1)
                .map(row -> row.split("\t", -1))
                .map(row -> DynamicTest.dynamicTest(row[FILE], () -> judge(row[FILE], row[VERDICT])));
    }

    private void judge(String file, String expected) throws IOException {
        Path mail = SharedFiles.path("samples/real").resolve(file);
        Verdict verdict = verdict(parser, mail);
        Verdict verdictForOldMail = verdict(parserForOldMail, mail);

        if (expected.startsWith("trusted only with digitpa-ca1-2011")) {
            assertThat(verdict).isEqualTo(Verdict.UNTRUSTED);
            assertThat(verdictForOldMail).isEqualTo(Verdict.TRUSTED);
        } else {
            String word = expected.replaceAll("\\W.*", "");
            assertThat(verdict.wireName()).isEqualTo(word);
            assertThat(verdictForOldMail).isEqualTo(verdict);
        }
    }

    @TestFactory
    Stream<DynamicTest> trustsNoExampleOfTheEuropeanFormat() throws IOException {
        List<Path> mails;
        try (Stream<Path> files = Files.list(SharedFiles.path("samples/rem"))) {
            mails = files.filter(file -> file.toString().endsWith(".eml")).toList();
        }
        assertThat(mails).isNotEmpty();
        return mails.stream()
                .map(mail -> DynamicTest.dynamicTest(
                        mail.getFileName().toString(),
                        () -> assertThat(verdict(parser, mail)).isIn(Verdict.UNTRUSTED, Verdict.INVALID)));
    }

    private static Verdict verdict(PecReceiptParser parser, Path mail) throws IOException {
        return parser.parse(mail).signature().verdict();
    }

    private static PecReceiptParser parser(ProviderTrust trust) {
        return PecReceiptParser.builder().signatureVerifier(trust.verifier()).build();
    }
}
