package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.Failure;
import io.github.pecmailproxy.pec.PecEvent;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.ReceiptFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt says, as anybody can read it again from its bytes.
 *
 * @param legalTime the certified time in Italian legal time, as ISO 8601 with its offset
 */
record ReceiptContents(
        String kind,
        @Nullable String from,
        @Nullable String receiptMessageId,
        @Nullable String receiptType,
        @Nullable String eventType,
        @Nullable Instant certifiedAt,
        @Nullable String legalTime,
        @Nullable String provider,
        @Nullable String providerMessageId,
        @Nullable String originalMessageId,
        @Nullable String sender,
        @Nullable String subject,
        List<Recipient> recipients,
        @Nullable String recipient,
        @Nullable String receiptFormat,
        @Nullable String error,
        @Nullable String errorCode,
        @Nullable String errorDetail,
        boolean originalAttached) {
    private static final ZoneId ITALY = ZoneId.of("Europe/Rome");
    private static final Set<ZoneOffset> ITALIAN_OFFSETS = Set.of(ZoneOffset.ofHours(1), ZoneOffset.ofHours(2));

    ReceiptContents {
        recipients = List.copyOf(recipients);
    }

    /** A recipient of the message, as certified. */
    record Recipient(String address, String type) {}

    static ReceiptContents of(PecMail mail) {
        Optional<CertifiedReceipt> receipt =
                mail instanceof CertifiedReceipt certified ? Optional.of(certified) : Optional.empty();
        Instant certifiedAt = receipt.flatMap(CertifiedReceipt::certifiedTime).orElse(null);
        return new ReceiptContents(
                mail.kind().wireName(),
                mail.from().orElse(null),
                mail.messageId().orElse(null),
                receipt.map(found -> found.type().wireName()).orElse(null),
                receipt.flatMap(CertifiedReceipt::event).map(PecEvent::wireName).orElse(null),
                certifiedAt,
                certifiedAt == null
                        ? null
                        : certifiedAt.atZone(ITALY).toOffsetDateTime().toString(),
                receipt.flatMap(CertifiedReceipt::provider).orElse(null),
                receipt.flatMap(CertifiedReceipt::providerMessageId).orElse(null),
                receipt.flatMap(CertifiedReceipt::originalMessageId).orElse(null),
                receipt.flatMap(CertifiedReceipt::sender).orElse(null),
                receipt.flatMap(CertifiedReceipt::subject).orElse(null),
                receipt.map(CertifiedReceipt::recipients).orElse(List.of()).stream()
                        .map(one -> new Recipient(one.address(), one.type().wireName()))
                        .toList(),
                receipt.flatMap(CertifiedReceipt::recipient).orElse(null),
                receipt.flatMap(CertifiedReceipt::format)
                        .map(ReceiptFormat::wireName)
                        .orElse(null),
                receipt.flatMap(CertifiedReceipt::error).orElse(null),
                receipt.flatMap(CertifiedReceipt::failure)
                        .flatMap(Failure::code)
                        .orElse(null),
                receipt.flatMap(CertifiedReceipt::errorDetail).orElse(null),
                receipt.map(CertifiedReceipt::originalAttached).orElse(false));
    }

    /** Tells whether the local time is the certified time at an offset that Italy has. */
    boolean hasRightLegalTime() {
        if (certifiedAt == null || legalTime == null) {
            return certifiedAt == null && legalTime == null;
        }
        try {
            OffsetDateTime local = OffsetDateTime.parse(legalTime);
            return local.toInstant().equals(certifiedAt)
                    && ITALIAN_OFFSETS.contains(local.getOffset())
                    && local.toString().equals(legalTime);
        } catch (DateTimeException unreadable) {
            return false;
        }
    }

    /** Tells whether both say the same, but for the offset of the local time: that depends on the time zone data of each machine. */
    boolean isSame(ReceiptContents other) {
        return at(null).equals(other.at(null));
    }

    private ReceiptContents at(@Nullable String otherLegalTime) {
        return new ReceiptContents(
                kind,
                from,
                receiptMessageId,
                receiptType,
                eventType,
                certifiedAt,
                otherLegalTime,
                provider,
                providerMessageId,
                originalMessageId,
                sender,
                subject,
                recipients,
                recipient,
                receiptFormat,
                error,
                errorCode,
                errorDetail,
                originalAttached);
    }
}
