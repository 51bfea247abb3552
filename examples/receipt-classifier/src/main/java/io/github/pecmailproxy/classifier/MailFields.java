package io.github.pecmailproxy.classifier;

import io.github.pecmailproxy.pec.Bounce;
import io.github.pecmailproxy.pec.BouncedRecipient;
import io.github.pecmailproxy.pec.Certification;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.CertifiedRecipient;
import io.github.pecmailproxy.pec.Failure;
import io.github.pecmailproxy.pec.PecEvent;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.TransportEnvelope;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is said about a mail, by the names of the JSON output; every name is always there, null where nothing is known. */
final class MailFields {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    private MailFields(ClassifiedMail classified) {
        PecMail mail = classified.mail();
        Optional<CertifiedReceipt> receipt =
                mail instanceof CertifiedReceipt found ? Optional.of(found) : Optional.empty();
        Optional<Certification> certified = certification(mail);
        Optional<Failure> failure = receipt.flatMap(CertifiedReceipt::failure);
        Optional<Bounce> bounce = mail instanceof Bounce found ? Optional.of(found) : Optional.empty();
        Optional<BouncedRecipient> bounced =
                bounce.flatMap(found -> found.recipients().stream().findFirst());
        put("file", classified.file());
        put("kind", mail.kind().wireName());
        // The vocabulary as certified; a word that is not in it is unknown, and told as the problem unknown_value.
        put(
                "receipt_type",
                receipt.map(CertifiedReceipt::type)
                        .filter(type -> type != ReceiptType.UNKNOWN)
                        .map(ReceiptType::wireName));
        put("event_type", receipt.flatMap(CertifiedReceipt::event).map(PecEvent::wireName));
        put("original_message_id", originalMessageId(receipt, certified, bounce));
        put("tracking_id", mail.trackingId());
        put("provider_message_id", certified.flatMap(Certification::providerMessageId));
        put("receipt_message_id", mail.messageId());
        put("timestamp", certified.flatMap(Certification::time).map(Instant::getEpochSecond));
        put("sender", certified.flatMap(Certification::sender));
        put("recipients", certified.map(found -> recipients(found.recipients())));
        put(
                "recipient",
                certified
                        .flatMap(Certification::recipient)
                        .or(() -> bounced.flatMap(BouncedRecipient::finalRecipient)));
        put("receipt_format", certified.flatMap(Certification::format).map(ReceiptFormat::wireName));
        put("error", certified.flatMap(Certification::error));
        put("error_code", failure.flatMap(Failure::code).or(() -> bounced.flatMap(BouncedRecipient::status)));
        put(
                "error_detail",
                certified.flatMap(Certification::errorDetail).or(() -> bounced.flatMap(BouncedRecipient::diagnostic)));
        put("failure", failure.map(found -> found.reason().wireName()));
        put("final", failure.map(Failure::isFinal).or(() -> bounced.flatMap(MailFields::isFinal)));
        put("provider", certified.flatMap(Certification::provider));
        put("subject", certified.flatMap(Certification::subject));
        put("original_attached", originalAttached(mail));
        put("verdict", mail.signature().verdict().wireName());
        put("proof", receipt.map(CertifiedReceipt::isProof).orElse(false));
        put("problems", mail.problems().stream().map(Problem::wireName).toList());
    }

    /** Returns the fields in their order. */
    static Map<String, @Nullable Object> of(ClassifiedMail mail) {
        return new MailFields(mail).fields;
    }

    private void put(String name, Object value) {
        fields.put(name, value instanceof Optional<?> optional ? optional.orElse(null) : value);
    }

    private static Optional<Certification> certification(PecMail mail) {
        if (mail instanceof CertifiedReceipt receipt) {
            return receipt.certification();
        }
        return mail instanceof TransportEnvelope envelope ? envelope.certification() : Optional.empty();
    }

    private static Optional<String> originalMessageId(
            Optional<CertifiedReceipt> receipt, Optional<Certification> certified, Optional<Bounce> bounce) {
        return receipt.flatMap(CertifiedReceipt::originalMessageId)
                .or(() -> certified.flatMap(Certification::originalMessageId))
                .or(() -> bounce.flatMap(Bounce::returnedReferenceMessageId))
                .or(() -> bounce.flatMap(Bounce::returnedMessageId));
    }

    private static List<Map<String, String>> recipients(List<CertifiedRecipient> recipients) {
        return recipients.stream()
                .map(recipient -> {
                    Map<String, String> fields = new LinkedHashMap<>();
                    fields.put("address", recipient.address());
                    fields.put("type", recipient.type().wireName());
                    return fields;
                })
                .toList();
    }

    private static Optional<Boolean> isFinal(BouncedRecipient bounced) {
        return switch (bounced.action().orElse("")) {
            case "failed" -> Optional.of(true);
            case "delayed" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Optional<Boolean> originalAttached(PecMail mail) {
        if (mail instanceof CertifiedReceipt receipt) {
            return Optional.of(receipt.originalAttached());
        }
        return mail instanceof TransportEnvelope envelope
                ? Optional.of(envelope.message().isPresent())
                : Optional.empty();
    }
}
