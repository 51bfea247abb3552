package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** All that a bundle says: the content of {@code index.json}, from which {@code verification.txt} follows word for word. */
record BundleIndex(
        MessageFacts message,
        BundleFile original,
        List<ReceiptFacts> receipts,
        List<Event> events,
        List<CertificateFacts> certificates) {
    BundleIndex {
        receipts = List.copyOf(receipts);
        events = List.copyOf(events);
        certificates = List.copyOf(certificates);
    }

    /** Something that happened to the message. */
    record Event(EventType type, Instant time, Instant recordedAt, EventData data) {
        static Event of(MessageEvent event) {
            return new Event(event.type(), event.time(), event.recordedAt(), event.data());
        }
    }

    /** Finds the certificate that a chain names. */
    Optional<CertificateFacts> certificate(String file) {
        return certificates.stream()
                .filter(certificate -> certificate.file().name().equals(file))
                .findFirst();
    }
}
