package io.github.pecmailproxy.pec;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the provider certifies about a message: the content of its {@code daticert.xml} (RFC 6109 section 4.4) or of its REM
 * evidence (ETSI EN 319 522). Only the signature says whether it is worth anything. Immutable and thread-safe.
 *
 * @param protocol where it was read from
 * @param type the {@code tipo} in lower case, or the name of the REM event such as {@code ContentConsignment}; never null
 * @param error the {@code errore} in lower case, {@code nessuno} where it is absent (DTD default); empty in REM evidence
 * @param provider who certifies ({@code gestore-emittente}), as written
 * @param time the certified moment, computed from its own zone and never from the one of this machine; empty when incomplete
 * @param providerMessageId the provider's name for the message ({@code identificativo}), without angle brackets
 * @param originalMessageId the {@code Message-ID} the sender put on the message ({@code msgid}), with angle brackets; empty
 *     when the sender put none
 * @param sender the sender ({@code mittente}), as written
 * @param replyTo the reply address ({@code risposte}), as written
 * @param subject the subject ({@code oggetto}), decoded
 * @param recipients all recipients of the message ({@code destinatari}) in order
 * @param recipient the one recipient this is about ({@code consegna})
 * @param relayedRecipients the recipients taken over ({@code ricezione}) in order
 * @param format the form of receipt the sender asked for ({@code ricevuta})
 * @param errorDetail the explanation ({@code errore-esteso}), as written
 * @since 0.1.0
 */
public record Certification(
        CertificationProtocol protocol,
        String type,
        Optional<String> error,
        Optional<String> provider,
        Optional<Instant> time,
        Optional<String> providerMessageId,
        Optional<String> originalMessageId,
        Optional<String> sender,
        Optional<String> replyTo,
        Optional<String> subject,
        List<CertifiedRecipient> recipients,
        Optional<String> recipient,
        List<String> relayedRecipients,
        Optional<ReceiptFormat> format,
        Optional<String> errorDetail) {
    /** Checks that nothing is null and copies the lists. */
    public Certification {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(providerMessageId, "providerMessageId");
        Objects.requireNonNull(originalMessageId, "originalMessageId");
        Objects.requireNonNull(sender, "sender");
        Objects.requireNonNull(replyTo, "replyTo");
        Objects.requireNonNull(subject, "subject");
        recipients = List.copyOf(recipients);
        Objects.requireNonNull(recipient, "recipient");
        relayedRecipients = List.copyOf(relayedRecipients);
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(errorDetail, "errorDetail");
    }
}
