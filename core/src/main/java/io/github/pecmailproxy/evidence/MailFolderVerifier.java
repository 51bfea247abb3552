package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.AttachedMail;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.TransportEnvelope;
import io.github.pecmailproxy.pec.UnreadableMail;
import io.github.pecmailproxy.pec.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Verifies a folder of mails without an index: every receipt must be proof, and agree with the original it speaks of where that is there
 * too. Not thread-safe; one for each folder.
 */
final class MailFolderVerifier {
    private final Path folder;
    private final ReceiptReader reader;
    private final Report report = new Report();

    MailFolderVerifier(Path folder, ReceiptReader reader) {
        this.folder = folder;
        this.reader = reader;
    }

    EvidenceVerification verify() throws IOException {
        List<Path> mails;
        try (Stream<Path> files = Files.walk(folder)) {
            mails = files.filter(
                            file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".eml"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
        // What is neither receipt nor envelope may be an original: its bytes are read only when a receipt speaks of it.
        Map<String, Path> others = new HashMap<>();
        Set<String> twice = new HashSet<>();
        List<Path> receipts = new ArrayList<>();
        for (Path file : mails) {
            PecMail mail = reader.parser().parse(file);
            if (mail instanceof CertifiedReceipt) {
                receipts.add(file);
            } else if (mail instanceof TransportEnvelope envelope) {
                envelope(name(file), envelope);
            } else if (mail instanceof UnreadableMail) {
                report.failed(EvidenceRule.CONTAINER, name(file), "it is not a mail");
            } else {
                Optional<String> id = mail.messageId();
                if (id.isPresent() && others.put(id.get(), file) != null) {
                    twice.add(id.get());
                }
                report.passed(EvidenceRule.CONTAINER, name(file), "it is no receipt: nothing in it is certified");
            }
        }
        for (Path file : receipts) {
            if (reader.parser().parse(file) instanceof CertifiedReceipt receipt) {
                receipt(name(file), receipt, others, twice);
            }
        }
        if (receipts.isEmpty()) {
            report.failed(EvidenceRule.CONTAINER, "", "there is no receipt, and nothing is proven");
        }
        return report.result();
    }

    private String name(Path file) {
        return folder.relativize(file).toString();
    }

    private void envelope(String name, TransportEnvelope envelope) {
        boolean trusted = envelope.signature().verdict() == Verdict.TRUSTED;
        report.check(
                EvidenceRule.SIGNATURE,
                name,
                trusted
                        ? List.of()
                        : List.of("its signature is "
                                + envelope.signature().verdict().wireName()
                                + envelope.signature()
                                        .reason()
                                        .map(reason -> ": " + reason)
                                        .orElse("")),
                "a certified message that came in, trusted");
    }

    private void receipt(String name, CertifiedReceipt receipt, Map<String, Path> others, Set<String> twice)
            throws IOException {
        List<String> objections = ReceiptReader.objections(receipt);
        report.check(
                EvidenceRule.SIGNATURE,
                name,
                objections,
                "trusted, signed by "
                        + receipt.signature()
                                .signer()
                                .map(signer -> CertificateFacts.of(signer).subject())
                                .orElse(""));
        boolean holds = objections.isEmpty();
        Optional<String> id = receipt.originalMessageId();
        Path file = id.map(others::get).orElse(null);
        if (id.isPresent() && twice.contains(id.get())) {
            report.failed(EvidenceRule.REFERENCE, name, "two mails claim to be the original that it speaks of");
            holds = false;
        } else if (file != null) {
            holds &= agrees(name, receipt, file, holds);
        }
        if (holds) {
            ReceiptReader.proven(receipt, name).ifPresent(report::proves);
        }
    }

    private boolean agrees(String name, CertifiedReceipt receipt, Path file, boolean proof) throws IOException {
        if (Files.size(file) > ReceiptReader.LONGEST_COMPARED) {
            report.failed(EvidenceRule.COPY, name, name(file) + " is too long to be compared with its receipts");
            return false;
        }
        OriginalMail original = OriginalMail.of(Files.readAllBytes(file), reader.parser());
        List<String> objections = original.objectionsTo(receipt);
        report.check(EvidenceRule.REFERENCE, name, objections, "it speaks of " + name(file) + ", and they agree");
        Optional<AttachedMail> attached = receipt.original();
        if (attached.isEmpty()) {
            return objections.isEmpty();
        }
        OriginalMail.Comparison comparison = original.compare(attached.get());
        if (comparison instanceof OriginalMail.Comparison.Same same) {
            if (proof && objections.isEmpty()) {
                report.originalIs(same.proof());
            }
            report.passed(EvidenceRule.COPY, name, "what it holds of the original agrees with " + name(file));
            return objections.isEmpty();
        }
        if (comparison instanceof OriginalMail.Comparison.Different different) {
            report.failed(EvidenceRule.COPY, name, different.reason());
        }
        return false;
    }
}
