package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code verification.txt}, for people: first in Italian, then in English. It follows word for word from the index, so that whoever
 * verifies a bundle writes it again and compares: it cannot say anything that was not verified.
 */
final class VerificationText {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("dd/MM/yyyy", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final String RULE = "=".repeat(100);

    private final BundleIndex index;
    private final Words words;
    private final StringBuilder text;

    private VerificationText(BundleIndex index, Words words, StringBuilder text) {
        this.index = index;
        this.words = words;
        this.text = text;
    }

    static byte[] of(BundleIndex index) {
        StringBuilder text = new StringBuilder(8_192);
        new VerificationText(index, new ItalianWords(), text).write();
        text.append('\n').append(RULE).append("\n\n");
        new VerificationText(index, new EnglishWords(), text).write();
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void write() {
        text.append(words.introduction());
        message();
        events();
        recipients();
        signatures();
        notProof();
        original();
        howToCheck();
    }

    private List<ReceiptFacts> proofs() {
        return index.receipts().stream()
                .filter(ReceiptFacts::counts)
                .sorted(Comparator.comparing(receipt -> certifiedAt(receipt)))
                .toList();
    }

    private static Instant certifiedAt(ReceiptFacts receipt) {
        Instant time = receipt.contents().certifiedAt();
        return time == null ? Instant.MAX : time;
    }

    private void message() {
        MessageFacts message = index.message();
        heading(TextHeading.MESSAGE);
        field(TextLabel.SENDER, message.sender());
        field(
                TextLabel.RECIPIENTS,
                message.recipients().stream()
                        .map(MessageFacts.Recipient::address)
                        .collect(Collectors.joining(", ")));
        field(TextLabel.SUBJECT, message.subject());
        field(TextLabel.MESSAGE_ID, message.messageId());
        field(TextLabel.PROVIDER_MESSAGE_ID, message.providerMessageId());
        field(TextLabel.SENT, message.sentAt() == null ? null : utc(message.sentAt()));
        field(TextLabel.ORIGINAL, index.original().name());
        field(TextLabel.SHA256, index.original().sha256());
    }

    private void events() {
        heading(TextHeading.EVENTS);
        List<ReceiptFacts> proofs = proofs();
        if (proofs.isEmpty()) {
            line(words.none(MissingProof.ACCEPTANCE));
        }
        for (ReceiptFacts receipt : proofs) {
            ReceiptContents contents = receipt.contents();
            text.append("- ").append(SingleLine.of(certifies(contents)));
            if (contents.certifiedAt() != null && contents.legalTime() != null) {
                text.append(' ').append(time(contents.certifiedAt(), contents.legalTime()));
            }
            text.append(".\n");
            field(TextLabel.PROVIDER, contents.provider());
            field(TextLabel.ERROR, contents.errorDetail());
            field(TextLabel.RECEIPT, receipt.file().name());
        }
    }

    private String certifies(ReceiptContents contents) {
        return words.certifies(
                contents.receiptType() == null ? "" : contents.receiptType(),
                contents.recipient() == null ? "?" : contents.recipient(),
                "pec_error".equals(contents.eventType()));
    }

    private String time(Instant time, String legalTime) {
        OffsetDateTime local = OffsetDateTime.parse(legalTime);
        return words.time(
                DATE.format(local), CLOCK.format(local), local.getOffset().getId(), time.toString());
    }

    private static String utc(Instant time) {
        OffsetDateTime universal = time.atOffset(ZoneOffset.UTC);
        return DATE.format(universal) + " " + CLOCK.format(universal) + " UTC";
    }

    private void recipients() {
        heading(TextHeading.RECIPIENTS);
        for (MessageFacts.Recipient recipient : index.message().recipients()) {
            text.append("- ")
                    .append(SingleLine.of(recipient.address()))
                    .append(": ")
                    .append(words.state(recipient.state()))
                    .append(StateProof.isUncertifiedFailure(recipient) ? " (" + words.uncertified() + ")" : "")
                    .append('\n');
            field(TextLabel.REASON, recipient.detail() == null ? recipient.reason() : recipient.detail());
        }
    }

    private void signatures() {
        heading(TextHeading.SIGNATURES);
        for (ReceiptFacts receipt : index.receipts()) {
            SignatureFacts signature = receipt.signature();
            if (signature.chain().isEmpty()) {
                continue;
            }
            text.append("- ").append(receipt.file().name()).append('\n');
            field(TextLabel.SHA256, receipt.file().sha256());
            index.certificate(signature.chain().get(0)).ifPresent(signer -> {
                field(TextLabel.SIGNER, signer.subject());
                field(TextLabel.ISSUER, signer.issuer());
                field(TextLabel.SERIAL, signer.serial());
            });
            if (signature.signingTime() != null) {
                field(TextLabel.SIGNED_AT, utc(signature.signingTime()) + weakness(signature));
            }
            if (signature.verdict() == Verdict.TRUSTED) {
                index.certificate(last(signature.chain())).ifPresent(anchor -> {
                    field(
                            TextLabel.ANCHOR,
                            anchor.subject() + " (" + anchor.file().name() + ")");
                    field(TextLabel.KEY, anchor.keySha256());
                });
            }
            field(
                    TextLabel.MAILBOX,
                    receipt.place().account() + ", " + receipt.place().folder() + ", "
                            + receipt.place().uid());
            field(
                    TextLabel.ARRIVED,
                    receipt.place().arrivedAt() == null
                            ? null
                            : utc(receipt.place().arrivedAt()));
        }
    }

    private String weakness(SignatureFacts signature) {
        return signature.weakDigest() ? " (" + words.weakDigest() + ")" : "";
    }

    private static String last(List<String> chain) {
        return chain.get(chain.size() - 1);
    }

    private void notProof() {
        heading(TextHeading.NOT_PROOF);
        boolean all = true;
        for (ReceiptFacts receipt : index.receipts()) {
            SignatureFacts signature = receipt.signature();
            if (!receipt.counts()) {
                all = false;
                text.append("- ")
                        .append(receipt.file().name())
                        .append(": ")
                        .append(words.disposition(receipt.recorded().disposition()))
                        .append(signature.proof() ? "" : "; " + words.noProof(signature.verdict()))
                        .append('\n');
                field(TextLabel.REASON, receipt.recorded().reason());
            }
        }
        if (all && !index.receipts().isEmpty()) {
            line(words.none(MissingProof.PROOF));
        }
        text.append(words.limits());
    }

    private void original() {
        heading(TextHeading.ORIGINAL);
        List<ReceiptContents> withOriginal = proofs().stream()
                .map(ReceiptFacts::contents)
                .filter(ReceiptContents::originalAttached)
                .toList();
        boolean brief = withOriginal.stream().anyMatch(contents -> "breve".equals(contents.receiptFormat()));
        boolean complete = withOriginal.stream().anyMatch(contents -> !"breve".equals(contents.receiptFormat()));
        text.append(words.originalProof(complete, brief));
    }

    private void howToCheck() {
        heading(TextHeading.HOW_TO_CHECK);
        text.append(words.byOneself()).append('\n');
        for (ReceiptFacts receipt : proofs()) {
            SignatureFacts signature = receipt.signature();
            if (signature.signingTime() == null || signature.chain().isEmpty()) {
                continue;
            }
            // The anchor need not be a root, and certificates are judged at the time of signing.
            text.append("    openssl cms -verify -in ")
                    .append(receipt.file().name())
                    .append(" \\\n        -CAfile ")
                    .append(last(signature.chain()))
                    .append(" -partial_chain -purpose any \\\n        -attime ")
                    .append(signature.signingTime().getEpochSecond())
                    .append(" -out signed.txt\n");
        }
        text.append('\n').append(words.receiptCommand()).append("\n\n").append(words.byCommand());
    }

    private void heading(TextHeading heading) {
        String title = words.heading(heading);
        text.append('\n')
                .append(title)
                .append('\n')
                .append("-".repeat(title.length()))
                .append('\n');
    }

    private void field(TextLabel label, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            text.append("  ")
                    .append(words.label(label))
                    .append(": ")
                    .append(SingleLine.of(value))
                    .append('\n');
        }
    }

    private void line(String words) {
        text.append(words).append('\n');
    }
}
