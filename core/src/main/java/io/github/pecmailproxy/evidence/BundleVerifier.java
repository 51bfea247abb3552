package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.pec.AttachedMail;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a bundle that has an index. Nothing in the index is believed: what follows from the original and the receipts is derived from
 * them again and compared. Not thread-safe; one for each bundle.
 */
final class BundleVerifier {
    private static final Pattern CHECKSUM = Pattern.compile("([0-9a-f]{64}) {2}([A-Za-z0-9@._+/-]+)");

    private final BundleFiles files;
    private final ReceiptReader reader;
    private final Report report = new Report();

    BundleVerifier(BundleFiles files, ReceiptReader reader) {
        this.files = files;
        this.reader = reader;
    }

    EvidenceVerification verify() throws IOException {
        Map<String, Hashing.Result> contents = new HashMap<>();
        for (String name : files.names()) {
            try (Hashing in = new Hashing(files.open(name))) {
                in.drain();
                contents.put(name, in.result());
            }
        }
        report.passed(EvidenceRule.CONTAINER, "", contents.size() + " files, all of a bundle");
        Optional<IndexReader.Read> read = index();
        if (!checksums(contents) || read.isEmpty() || !hashes(read.get(), contents)) {
            return report.result();
        }
        BundleIndex index = read.get().index();
        if (!text(index)) {
            return report.result();
        }
        certificates(index);
        Optional<OriginalMail> original = original(index);
        if (original.isPresent()) {
            StateProof state = new StateProof(index);
            receipts(index, original.get(), state);
            report.check(
                    EvidenceRule.STATE,
                    BundleFile.INDEX,
                    state.objections(),
                    "what it says became of the message follows from what is proven");
        }
        return report.result();
    }

    /** Checks the list of hashes, which is there for people with other tools. */
    private boolean checksums(Map<String, Hashing.Result> contents) throws IOException {
        List<String> objections = new ArrayList<>();
        try {
            Set<String> missing = new HashSet<>(contents.keySet());
            if (!missing.remove(BundleFile.CHECKSUMS)) {
                throw new BundleException("there is no " + BundleFile.CHECKSUMS);
            }
            String lines = new String(files.read(BundleFile.CHECKSUMS), StandardCharsets.ISO_8859_1);
            if (!lines.endsWith("\n")) {
                throw new BundleException("its last line has no end");
            }
            for (String line : lines.substring(0, lines.length() - 1).split("\n", -1)) {
                Matcher matcher = CHECKSUM.matcher(line);
                if (!matcher.matches()) {
                    throw new BundleException("it has a line that is no hash: " + line);
                }
                Hashing.Result content = contents.get(matcher.group(2));
                if (content == null || !missing.remove(matcher.group(2))) {
                    throw new BundleException("it lists what is not there, or twice: " + matcher.group(2));
                }
                if (!content.sha256().equals(matcher.group(1))) {
                    objections.add(
                            matcher.group(2) + " has the SHA-256 " + content.sha256() + ", not " + matcher.group(1));
                }
            }
            missing.forEach(name -> objections.add("it does not list " + name));
        } catch (BundleException malformed) {
            objections.add(String.valueOf(malformed.getMessage()));
        }
        report.check(
                EvidenceRule.HASHES, BundleFile.CHECKSUMS, objections, "every other file has the SHA-256 it lists");
        return objections.isEmpty();
    }

    private Optional<IndexReader.Read> index() throws IOException {
        try {
            if (!files.names().contains(BundleFile.INDEX)) {
                throw new BundleException("there is no " + BundleFile.INDEX);
            }
            IndexReader.Read read = IndexReader.read(files.read(BundleFile.INDEX));
            for (ReceiptFacts receipt : read.index().receipts()) {
                if (!receipt.contents().hasRightLegalTime()) {
                    throw new BundleException(
                            receipt.file().name() + " has a legal time that is not its certified time");
                }
            }
            report.passed(EvidenceRule.INDEX, BundleFile.INDEX, "well-formed, of the format " + IndexWriter.FORMAT);
            return Optional.of(read);
        } catch (BundleException malformed) {
            report.failed(EvidenceRule.INDEX, BundleFile.INDEX, String.valueOf(malformed.getMessage()));
            return Optional.empty();
        }
    }

    /** Checks that the index lists the files that are there, with the size and hash they have. */
    private boolean hashes(IndexReader.Read read, Map<String, Hashing.Result> contents) {
        BundleIndex index = read.index();
        List<BundleFile> listed = new ArrayList<>();
        listed.add(index.original());
        listed.add(read.text());
        index.receipts().forEach(receipt -> listed.add(receipt.file()));
        index.certificates().forEach(certificate -> listed.add(certificate.file()));
        Set<String> missing = new HashSet<>(contents.keySet());
        missing.remove(BundleFile.INDEX);
        missing.remove(BundleFile.CHECKSUMS);
        List<String> objections = new ArrayList<>();
        for (BundleFile file : listed) {
            Hashing.Result content = contents.get(file.name());
            if (content == null || !missing.remove(file.name())) {
                objections.add("it lists what is not there, or twice: " + file.name());
            } else if (content.size() != file.size() || !content.sha256().equals(file.sha256())) {
                objections.add(file.name() + " is not the file that it describes");
            }
        }
        missing.forEach(name -> objections.add("it does not list " + name));
        if (!index.original().name().equals(BundleFile.ORIGINAL)
                || !read.text().name().equals(BundleFile.TEXT)) {
            objections.add("it names the original or the text otherwise");
        }
        report.check(EvidenceRule.HASHES, BundleFile.INDEX, objections, "every file has the size and SHA-256 it lists");
        return objections.isEmpty();
    }

    private boolean text(BundleIndex index) throws IOException {
        try {
            boolean same = Arrays.equals(files.read(BundleFile.TEXT), VerificationText.of(index));
            report.check(
                    EvidenceRule.TEXT,
                    BundleFile.TEXT,
                    same ? List.of() : List.of("it does not say what the index says"),
                    "it says what the index says, word for word");
            return same;
        } catch (BundleException tooLong) {
            report.failed(EvidenceRule.TEXT, BundleFile.TEXT, String.valueOf(tooLong.getMessage()));
            return false;
        }
    }

    private void certificates(BundleIndex index) throws IOException {
        Map<String, X509Certificate> read = new LinkedHashMap<>();
        List<String> objections = new ArrayList<>();
        for (CertificateFacts facts : index.certificates()) {
            String name = facts.file().name();
            try {
                X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(files.read(name)));
                if (!CertificateFacts.of(certificate).equals(facts)) {
                    objections.add(name + " is not the certificate that the index describes");
                }
                read.put(name, certificate);
            } catch (GeneralSecurityException | BundleException unreadable) {
                objections.add(name + " is no certificate");
            }
        }
        Set<String> used = new HashSet<>();
        for (ReceiptFacts receipt : index.receipts()) {
            List<String> chain = receipt.signature().chain();
            used.addAll(chain);
            for (int i = 0; i < chain.size(); i++) {
                X509Certificate certificate = read.get(chain.get(i));
                X509Certificate issuer = i + 1 < chain.size() ? read.get(chain.get(i + 1)) : null;
                if (certificate == null || i + 1 < chain.size() && issuer == null) {
                    objections.add(receipt.file().name() + " has a chain with a certificate that is not there");
                } else if (issuer != null && !isIssuedBy(certificate, issuer)) {
                    objections.add(chain.get(i) + " is not signed by " + chain.get(i + 1));
                }
            }
        }
        read.keySet().stream()
                .filter(name -> !used.contains(name))
                .forEach(name -> objections.add(name + " belongs to no receipt"));
        report.check(
                EvidenceRule.CERTIFICATES,
                "",
                objections.stream().distinct().toList(),
                read.size() + " certificates, each signed by the next of its chain");
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException doesNotHold) {
            return false;
        }
    }

    private Optional<OriginalMail> original(BundleIndex index) throws IOException {
        if (index.original().size() > ReceiptReader.LONGEST_COMPARED) {
            report.failed(
                    EvidenceRule.ORIGINAL, BundleFile.ORIGINAL, "it is too long to be compared with its receipts");
            return Optional.empty();
        }
        OriginalMail original;
        try (InputStream in = files.open(BundleFile.ORIGINAL)) {
            original = OriginalMail.of(in.readAllBytes(), reader.parser());
        }
        MessageFacts message = index.message();
        List<String> objections = new ArrayList<>();
        if (!original.messageId().equals(Optional.of(message.messageId()))) {
            objections.add("its Message-ID is " + original.messageId().orElse("missing") + ", and the index says "
                    + message.messageId());
        }
        if (!OriginalMail.isSameSubject(original.subject().orElse(""), message.subject())) {
            objections.add("its subject is not the one that the index says");
        }
        // An ordinary message may have a return path of its own, and recipients that are not named.
        if (message.pec()) {
            if (original.from()
                    .filter(from -> OriginalMail.isSameAddress(from, message.sender()))
                    .isEmpty()) {
                objections.add(
                        "it is from " + original.from().orElse("nobody") + ", and the index says " + message.sender());
            }
            message.recipients().stream()
                    .filter(recipient -> !original.isTo(recipient.address()))
                    .forEach(recipient ->
                            objections.add("it is not addressed to " + recipient.address() + ", as the index says"));
        }
        report.check(
                EvidenceRule.ORIGINAL,
                BundleFile.ORIGINAL,
                objections,
                "Message-ID, sender, recipients and subject are those of the index");
        return Optional.of(original);
    }

    private void receipts(BundleIndex index, OriginalMail original, StateProof state) throws IOException {
        List<BundleIndex.Event> unexplained = new ArrayList<>(index.events().stream()
                .filter(event -> event.type().isPec() && event.type() != EventType.PEC_TIMEOUT)
                .toList());
        int number = 0;
        for (ReceiptFacts facts : index.receipts()) {
            number++;
            PecMail mail;
            try (InputStream in = files.open(facts.file().name())) {
                mail = reader.parser().parse(in);
            }
            boolean asDescribed = contents(facts, mail, number);
            boolean genuine = signature(facts, mail);
            if (!(mail instanceof CertifiedReceipt receipt)) {
                continue;
            }
            boolean itsOwn = reference(facts, receipt, original, index.message());
            // What the bytes prove counts, whether the index admits it or not.
            boolean proof = asDescribed && genuine && itsOwn;
            boolean sameOriginal = !(facts.counts() || proof) || copy(facts, receipt, original, proof);
            boolean proven = proof && sameOriginal;
            if (proven) {
                ReceiptReader.proven(receipt, facts.file().name()).ifPresent(report::proves);
            }
            Optional<BundleIndex.Event> event = facts.recorded().disposition() == Disposition.RECORDED
                    ? event(facts, unexplained)
                    : Optional.empty();
            if (proven && event.isPresent()) {
                state.counted(facts, receipt, event.get());
            } else if (proven && receipt.event().isPresent()) {
                state.notCounted(facts);
            }
        }
        unexplained.forEach(event -> report.failed(
                EvidenceRule.EVENTS,
                "",
                "there is no receipt for the event " + event.type().wireName() + " of " + event.time()));
        if (unexplained.isEmpty()) {
            report.passed(EvidenceRule.EVENTS, "", "every certified event comes from a receipt");
        }
    }

    private boolean contents(ReceiptFacts facts, PecMail mail, int number) {
        ReceiptContents now = ReceiptContents.of(mail);
        List<String> objections = new ArrayList<>();
        if (!now.isSame(facts.contents())) {
            objections.add("it does not say what the index says that it says");
        }
        if (!facts.file().name().equals(ReceiptFacts.fileName(number, now))) {
            objections.add("it should be called " + ReceiptFacts.fileName(number, now));
        }
        report.check(
                EvidenceRule.CONTENTS,
                facts.file().name(),
                objections,
                "it says what the index says: " + (now.receiptType() == null ? now.kind() : now.receiptType()));
        return objections.isEmpty();
    }

    private boolean signature(ReceiptFacts facts, PecMail mail) {
        SignatureFacts then = facts.signature();
        SignatureFacts now = SignatureFacts.of(
                mail,
                mail.signature().chain().stream()
                        .map(certificate ->
                                CertificateFacts.of(certificate).file().name())
                        .toList());
        List<String> objections = new ArrayList<>();
        boolean recorded = facts.recorded().disposition() == Disposition.RECORDED;
        if (mail instanceof CertifiedReceipt receipt && !now.proof() && (then.proof() || recorded)) {
            objections.addAll(ReceiptReader.objections(receipt));
        }
        if (now.proof() && !then.proof()) {
            objections.add("it is proof, and the index denies it");
        }
        // Whom to trust is a matter of settings, whether bytes and signature fit is not.
        if (hasSignature(then) && hasSignature(now)) {
            if (isIntact(then) != isIntact(now)) {
                objections.add("its signature is " + now.verdict().wireName() + ", and the index says "
                        + then.verdict().wireName());
            } else if (!Objects.equals(then.signingTime(), now.signingTime())
                    || !Objects.equals(then.digest(), now.digest())
                    || then.weakDigest() != now.weakDigest()
                    || !signer(then).equals(signer(now))) {
                objections.add("it is not signed by whom, when or how the index says");
            }
        } else if ((then.verdict() == Verdict.UNSIGNED) != (now.verdict() == Verdict.UNSIGNED)) {
            objections.add("its signature is " + now.verdict().wireName() + ", and the index says "
                    + then.verdict().wireName());
        }
        if (!now.problems().equals(then.problems())) {
            objections.add("what is wrong with it is not what the index says: " + now.problems());
        }
        report.check(
                EvidenceRule.SIGNATURE,
                facts.file().name(),
                objections.stream().distinct().toList(),
                now.verdict() == Verdict.TRUSTED
                        ? "trusted, signed by "
                                + mail.signature()
                                        .signer()
                                        .map(signer ->
                                                CertificateFacts.of(signer).subject())
                                        .orElse("")
                        : now.verdict().wireName() + ", as the index says; it proves nothing");
        return objections.isEmpty() && now.proof();
    }

    private static boolean hasSignature(SignatureFacts facts) {
        return facts.verdict() != Verdict.NOT_CHECKED && facts.verdict() != Verdict.UNSIGNED;
    }

    private static boolean isIntact(SignatureFacts facts) {
        return facts.verdict() == Verdict.TRUSTED || facts.verdict() == Verdict.UNTRUSTED;
    }

    private static Optional<String> signer(SignatureFacts facts) {
        return facts.chain().stream().findFirst();
    }

    private boolean reference(
            ReceiptFacts facts, CertifiedReceipt receipt, OriginalMail original, MessageFacts message) {
        List<String> objections = new ArrayList<>(original.objectionsTo(receipt));
        // Sent again, a message has another identifier each time.
        Optional<String> identifier = receipt.providerMessageId();
        if (message.attempts() <= 1
                && message.providerMessageId() != null
                && identifier.isPresent()
                && !identifier.get().equals(message.providerMessageId())) {
            objections.add("the provider knows its message as " + identifier.get() + ", and the index says "
                    + message.providerMessageId());
        }
        if (facts.counts() || facts.recorded().disposition() == Disposition.RECORDED) {
            report.check(
                    EvidenceRule.REFERENCE,
                    facts.file().name(),
                    objections,
                    "it speaks of the original: Message-ID, sender, recipients and subject agree");
        }
        return objections.isEmpty();
    }

    private boolean copy(ReceiptFacts facts, CertifiedReceipt receipt, OriginalMail original, boolean proof) {
        Optional<AttachedMail> attached = receipt.original();
        if (attached.isEmpty()) {
            return true;
        }
        OriginalMail.Comparison comparison = original.compare(attached.get());
        if (comparison instanceof OriginalMail.Comparison.Same same) {
            if (proof) {
                report.originalIs(same.proof());
            }
            report.passed(
                    EvidenceRule.COPY,
                    facts.file().name(),
                    same.proof() == OriginalProof.SIGNED_COPY
                            ? "the copy of the original in it is the original"
                            : "the text and the hashes of the attachments in it are the original's");
            return true;
        }
        if (comparison instanceof OriginalMail.Comparison.Different different) {
            report.failed(EvidenceRule.COPY, facts.file().name(), different.reason());
        }
        return false;
    }

    /** Finds the event that a recorded receipt became, and takes it off the list. */
    private Optional<BundleIndex.Event> event(ReceiptFacts facts, List<BundleIndex.Event> unexplained) {
        ReceiptContents contents = facts.contents();
        Optional<BundleIndex.Event> event =
                unexplained.stream().filter(one -> isFrom(one, facts)).findFirst();
        if (event.isPresent()) {
            unexplained.remove(event.get());
        } else {
            report.failed(
                    EvidenceRule.EVENTS,
                    facts.file().name(),
                    "the index has no event " + contents.eventType() + " that says what it says");
        }
        return event;
    }

    private static boolean isFrom(BundleIndex.Event event, ReceiptFacts facts) {
        ReceiptContents contents = facts.contents();
        @Nullable Instant time = contents.certifiedAt() == null ? facts.place().arrivedAt() : contents.certifiedAt();
        return event.type().wireName().equals(contents.eventType())
                && (time == null || event.time().equals(time))
                && says(event, "receipt_message_id", contents.receiptMessageId())
                && says(event, "receipt_type", contents.receiptType())
                && says(event, "provider", contents.provider())
                && says(event, "error_detail", contents.errorDetail())
                && says(event, "error_code", contents.errorCode())
                && says(event, "verdict", facts.recorded().verdict().wireName())
                && event.data().text("recipient").isPresent() == (contents.recipient() != null)
                && (contents.recipient() == null
                        || event.data()
                                .text("recipient")
                                .filter(recipient -> OriginalMail.isSameAddress(
                                        recipient, Objects.requireNonNull(contents.recipient())))
                                .isPresent());
    }

    private static boolean says(BundleIndex.Event event, String name, @Nullable String value) {
        return event.data().text(name).equals(Optional.ofNullable(value));
    }
}
