package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.pec.Certification;
import io.github.pecmailproxy.pec.CertificationProtocol;
import io.github.pecmailproxy.pec.CertifiedRecipient;
import io.github.pecmailproxy.pec.Failure;
import io.github.pecmailproxy.pec.FailureReason;
import io.github.pecmailproxy.pec.MailHead;
import io.github.pecmailproxy.pec.PecReceipt;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.ProblemCode;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.RecipientType;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes receipts as the parser would, without the mail: trusted and certified unless told otherwise. */
public final class SampleReceipt {
    /** The identifier that the provider gave the sample message. */
    public static final String PROVIDER_ID = "pec123.20260102030405.00001.1.63@provider.example";

    private final ReceiptType type;
    private final String message;
    private final List<CertifiedRecipient> recipients = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private SignatureCheck signature = new SignatureCheck(
            Verdict.TRUSTED, Optional.empty(), Optional.of("SHA-256"), Optional.empty(), List.of(), false);
    private Optional<Instant> time = Optional.of(Samples.NOW.plusSeconds(10));
    private Optional<String> recipient = Optional.empty();
    private Optional<String> sender = Optional.of(Samples.SENDER);
    private Optional<String> providerId = Optional.of(PROVIDER_ID);
    private Optional<String> originalId;
    private Optional<String> receiptId;
    private Optional<Failure> failure = Optional.empty();
    private Optional<String> errorDetail = Optional.empty();
    private boolean certified = true;

    private SampleReceipt(ReceiptType type, String message) {
        this.type = type;
        this.message = message;
        originalId = Optional.of(Samples.messageId(message));
        receiptId = Optional.of("<" + type.wireName() + "." + message + "@provider.example>");
    }

    /** Starts a receipt about a sample message. */
    public static SampleReceipt of(ReceiptType type, String message) {
        return new SampleReceipt(type, message);
    }

    /** An acceptance that lists certified recipients. */
    public static SampleReceipt acceptance(String message, String... certified) {
        SampleReceipt receipt = of(ReceiptType.ACCETTAZIONE, message);
        for (String address : certified) {
            receipt.lists(address, RecipientType.CERTIFIED);
        }
        return receipt;
    }

    /** A delivery to one recipient. */
    public static SampleReceipt delivery(String message, String recipient) {
        return of(ReceiptType.AVVENUTA_CONSEGNA, message).to(recipient);
    }

    /** A failure for one recipient. */
    public static SampleReceipt failure(String message, String recipient, FailureReason reason, String detail) {
        return of(ReceiptType.ERRORE_CONSEGNA, message).to(recipient).failed(reason, detail, true);
    }

    /** The 12 hour notice for one recipient. */
    public static SampleReceipt delay(String message, String recipient) {
        return of(ReceiptType.PREAVVISO_ERRORE_CONSEGNA, message)
                .to(recipient)
                .failed(FailureReason.TIMEOUT, "consegna ritardata oltre 12 ore", false);
    }

    /** The 24 hour notice for one recipient. */
    public static SampleReceipt timeout(String message, String recipient) {
        return of(ReceiptType.PREAVVISO_ERRORE_CONSEGNA, message)
                .to(recipient)
                .failed(FailureReason.TIMEOUT, "5.4.1 - tempo massimo superato", true);
    }

    /** The refusal of the whole message. */
    public static SampleReceipt rejection(String message) {
        return of(ReceiptType.NON_ACCETTAZIONE, message).failed(FailureReason.FORMAL_ERROR, "eccezioni formali", true);
    }

    /** Names the recipient that the receipt is about. */
    public SampleReceipt to(String address) {
        recipient = Optional.of(address);
        receiptId = Optional.of("<" + type.wireName() + "." + message + "." + address + "@provider.example>");
        return this;
    }

    /** Names no recipient. */
    public SampleReceipt toNobody() {
        recipient = Optional.empty();
        return this;
    }

    /** Lists a recipient of the message. */
    public SampleReceipt lists(String address, RecipientType recipientType) {
        recipients.add(new CertifiedRecipient(address, recipientType));
        return this;
    }

    /** Says why the message failed or is late. */
    public SampleReceipt failed(FailureReason reason, String detail, boolean isFinal) {
        failure =
                Optional.of(new Failure(reason, Optional.of("5.1.1"), Optional.empty(), Optional.of(detail), isFinal));
        errorDetail = Optional.of(detail);
        return this;
    }

    /** Sets the certified time, null for none. */
    public SampleReceipt at(@Nullable Instant certified) {
        time = Optional.ofNullable(certified);
        return this;
    }

    /** Leaves out whom the message is certified to come from. */
    public SampleReceipt fromNobody() {
        sender = Optional.empty();
        return this;
    }

    /** Sets who the message is certified to come from. */
    public SampleReceipt from(String address) {
        sender = Optional.of(address);
        return this;
    }

    /** Sets the provider's identifier of the message, null for none. */
    public SampleReceipt providerId(@Nullable String id) {
        providerId = Optional.ofNullable(id);
        return this;
    }

    /** Sets the Message-ID that the receipt refers to, null for none. */
    public SampleReceipt originalId(@Nullable String id) {
        originalId = Optional.ofNullable(id);
        return this;
    }

    /** Sets the receipt's own Message-ID, null for none. */
    public SampleReceipt receiptId(@Nullable String id) {
        receiptId = Optional.ofNullable(id);
        return this;
    }

    /** Sets what the signature is worth. */
    public SampleReceipt signature(Verdict verdict, String reason) {
        signature = SignatureCheck.of(verdict, reason);
        return this;
    }

    /** Adds a problem. */
    public SampleReceipt problem(ProblemCode code, String detail) {
        problems.add(new Problem(code, detail));
        return this;
    }

    /** Leaves the certification out. */
    public SampleReceipt uncertified() {
        certified = false;
        return this;
    }

    /** Makes the receipt. */
    public PecReceipt build() {
        Certification certification = new Certification(
                CertificationProtocol.PEC,
                type.wireName(),
                Optional.of("nessuno"),
                Optional.of("Provider S.p.A."),
                time,
                providerId,
                originalId,
                sender,
                sender,
                Optional.of("Comunicazione"),
                recipients,
                recipient,
                List.of(),
                Optional.empty(),
                errorDetail);
        return new PecReceipt(
                new MailHead(
                        receiptId,
                        Optional.of("posta-certificata@provider.example"),
                        Optional.empty(),
                        Optional.of(type.wireName()),
                        Optional.empty(),
                        originalId,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                signature,
                problems,
                type,
                certified ? Optional.of(certification) : Optional.empty(),
                failure,
                Optional.empty());
    }
}
