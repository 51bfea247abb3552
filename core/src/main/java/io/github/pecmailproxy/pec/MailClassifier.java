package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what a scanned mail is. The headers sort it; the certification decides what a receipt says; where they disagree the
 * certification is reported together with the disagreement, and proves nothing (facts 2.3). Used for one mail. Not thread-safe.
 */
final class MailClassifier {
    private static final String RECEIPT_HEADER = "X-Ricevuta";
    private static final String TRANSPORT_HEADER = "X-Trasporto";
    private static final String REFERENCE_HEADER = "X-Riferimento-Message-ID";
    private static final String ENVELOPE_TYPE = "posta-certificata";

    /** The headers of which a second one with another value makes the mail ambiguous, for readers that take the last. */
    private static final List<String> SINGLE_HEADERS = List.of(
            RECEIPT_HEADER,
            TRANSPORT_HEADER,
            REFERENCE_HEADER,
            "From",
            "Message-ID",
            "Content-Type",
            "X-VerificaSicurezza",
            "REM-EventIdentifier",
            "REM-MessageType",
            "REM-UAMessageIdentifier");

    /** A repeated header of these makes even a good signature say nothing about what the mail claims to be (facts 2.3). */
    private static final Set<String> DECISIVE_HEADERS =
            Set.of(RECEIPT_HEADER, TRANSPORT_HEADER, REFERENCE_HEADER, "REM-EventIdentifier", "REM-MessageType");

    /** What tells where a notification was sent to; the last one has its type before the address (RFC 8098 section 2.3). */
    private static final List<String> ADDRESSEE_HEADERS =
            List.of("To", "Delivered-To", "X-Original-To", "Original-Recipient");

    private static final int MOST_ADDRESSEES = 20;

    private final MailScan scan;
    private final HeaderSection header;
    private final ParserLimits limits;
    private final SignatureVerifier verifier;
    private final String trackingHeader;
    private final Problems problems;
    private boolean ambiguous;

    MailClassifier(
            MailScan scan, ParserLimits limits, SignatureVerifier verifier, String trackingHeader, Problems problems) {
        this.scan = scan;
        this.header = scan.header();
        this.limits = limits;
        this.verifier = verifier;
        this.trackingHeader = trackingHeader;
        this.problems = problems;
    }

    PecMail classify() {
        if (header.isEmpty()) {
            problems.add(ProblemCode.NOT_A_MAIL, "there is no header field");
            return new UnreadableMail(MailHead.EMPTY, SignatureCheck.UNSIGNED, problems.toList());
        }
        checkSingleHeaders();
        MailPart attachedPart = scan.attached();
        @Nullable AttachedMailSlice attached = attachedPart == null ? null : AttachedMailSlice.of(attachedPart, limits);
        MailHead head = head(attached);
        Optional<String> transport = head.transport();
        Optional<String> receipt = head.receipt();
        // An envelope is never a receipt, whatever its sender made his provider copy outward (facts 0.5 and 2.2 D).
        if (transport.isPresent()) {
            if (receipt.isPresent()) {
                problems.add(
                        ProblemCode.ENVELOPE_AND_RECEIPT_HEADERS,
                        "the mail has X-Ricevuta as well, " + Problems.quote(receipt.get()));
            }
            return transport.get().equals("errore")
                    ? anomaly(head, attached)
                    : envelope(head, attached, certification(CertificationProtocol.PEC), ENVELOPE_TYPE);
        }
        if (receipt.isPresent()) {
            return receipt(head, receipt.get(), attached);
        }
        @Nullable String messageType = header.first("REM-MessageType");
        if (messageType != null || head.remEvent().isPresent()) {
            return rem(head, messageType == null ? "" : messageType, attached);
        }
        return scan.isReport() && scan.deliveryStatus() != null
                ? bounce(head, scan.deliveryStatus())
                : new OrdinaryMail(head, signature(head, Optional.empty()), problems.toList());
    }

    private void checkSingleHeaders() {
        for (String name : SINGLE_HEADERS) {
            List<String> values = header.all(name);
            for (int i = 1; i < values.size(); i++) {
                if (!values.get(i).equals(values.get(0))) {
                    problems.add(
                            ProblemCode.DUPLICATE_HEADER,
                            name + " occurs " + values.size() + " times with different values");
                    ambiguous |= DECISIVE_HEADERS.contains(name);
                }
            }
        }
    }

    private MailHead head(@Nullable AttachedMailSlice attached) {
        @Nullable String reference = header.first(REFERENCE_HEADER);
        if (reference == null) {
            reference = header.first("REM-UAMessageIdentifier");
        }
        @Nullable String messageId = header.first("Message-ID");
        List<String> from = header.all("From");
        @Nullable String subject = header.first("Subject");
        @Nullable String tracking = header.first(trackingHeader);
        if (tracking == null && attached != null && header.first(TRANSPORT_HEADER) == null) {
            tracking = attached.headers().first(trackingHeader);
        }
        return new MailHead(
                messageId == null ? Optional.empty() : MessageIds.normalise(messageId),
                from.size() == 1 ? AddressHeader.bare(from.get(0)) : Optional.empty(),
                subject == null ? Optional.empty() : Optional.of(HeaderText.decodeWords(subject)),
                token(RECEIPT_HEADER),
                token(TRANSPORT_HEADER),
                reference == null ? Optional.empty() : MessageIds.normalise(reference),
                token("X-VerificaSicurezza"),
                header.find("REM-EventIdentifier"),
                tracking == null || tracking.isEmpty() ? Optional.empty() : Optional.of(tracking));
    }

    private Optional<String> token(String name) {
        @Nullable String value = header.first(name);
        return value == null ? Optional.empty() : Optional.of(HeaderSection.lowerCase(value));
    }

    private AnomalyEnvelope anomaly(MailHead head, @Nullable AttachedMailSlice attached) {
        return new AnomalyEnvelope(
                head, signature(head, Optional.empty()), problems.toList(), Optional.ofNullable(attached));
    }

    private TransportEnvelope envelope(
            MailHead head, @Nullable AttachedMailSlice attached, @Nullable Certification certified, String wantedType) {
        if (certified != null) {
            if (!certified.type().equals(wantedType)) {
                problems.add(
                        ProblemCode.HEADER_DATICERT_MISMATCH,
                        "the headers say it is an envelope, the certification says "
                                + Problems.quote(certified.type()));
            }
            checkReference(head, certified);
        }
        Optional<Certification> certification = Optional.ofNullable(certified);
        return new TransportEnvelope(
                head, signature(head, certification), problems.toList(), certification, Optional.ofNullable(attached));
    }

    private PecMail receipt(MailHead head, String headerValue, @Nullable AttachedMailSlice attached) {
        @Nullable Certification certified = certification(CertificationProtocol.PEC);
        if (certified != null && certified.type().equals(ENVELOPE_TYPE)) {
            // Somebody else's message with a receipt's header, its X-Trasporto lost: the certification has the last
            // word.
            problems.add(
                    ProblemCode.HEADER_DATICERT_MISMATCH,
                    "X-Ricevuta is " + Problems.quote(headerValue) + ", the daticert certifies a message");
            return envelope(head, attached, certified, ENVELOPE_TYPE);
        }
        ReceiptType headerType = type(headerValue, RECEIPT_HEADER);
        ReceiptType type = headerType;
        if (certified != null) {
            ReceiptType certifiedType = type(certified.type(), "the daticert's tipo");
            if (certifiedType != headerType
                    || headerType == ReceiptType.UNKNOWN && !certified.type().equals(headerValue)) {
                problems.add(
                        ProblemCode.HEADER_DATICERT_MISMATCH,
                        "X-Ricevuta is " + Problems.quote(headerValue) + ", the daticert's tipo is "
                                + Problems.quote(certified.type()));
            }
            // A value nobody knows moves nothing, even when the other place has one that is known (facts 6.37).
            type = headerType == ReceiptType.UNKNOWN ? ReceiptType.UNKNOWN : certifiedType;
            checkReference(head, certified);
            checkRecipient(type, certified);
        }
        Optional<Certification> certification = Optional.ofNullable(certified);
        Optional<Failure> failure = FailureClassifier.pec(
                type,
                certified == null ? null : certified.error().orElse(null),
                certified == null ? null : certified.errorDetail().orElse(null),
                certified == null ? head.securityCheck().orElse(null) : null);
        checkSecurity(head, certified, failure);
        return new PecReceipt(
                head,
                signature(head, certification),
                problems.toList(),
                type,
                certification,
                failure,
                Optional.ofNullable(attached));
    }

    /** The header that tells of a virus is not signed: it may agree with the certification and never add to it. */
    private void checkSecurity(MailHead head, @Nullable Certification certified, Optional<Failure> failure) {
        boolean claimed = head.securityCheck().filter("errore"::equals).isPresent();
        boolean certifiedVirus = certified != null
                && (certified.error().filter("virus"::equals).isPresent()
                        || failure.filter(known -> known.reason() == FailureReason.VIRUS)
                                .isPresent());
        if (claimed && certified != null && !certifiedVirus) {
            problems.add(
                    ProblemCode.HEADER_DATICERT_MISMATCH,
                    "the header X-VerificaSicurezza tells of a virus and the certification does not");
        }
    }

    private ReceiptType type(String value, String place) {
        Optional<ReceiptType> known = ReceiptType.fromWireName(value);
        if (known.isPresent()) {
            return known.get();
        }
        // Two spellings that programs made up and their archives hold (facts 4); no provider writes them.
        @Nullable
        ReceiptType legacy = switch (value) {
            case "consegna" -> ReceiptType.AVVENUTA_CONSEGNA;
            case "mancata-consegna" -> ReceiptType.ERRORE_CONSEGNA;
            default -> null;
        };
        problems.add(
                legacy == null ? ProblemCode.UNKNOWN_VALUE : ProblemCode.LEGACY_VALUE,
                place + " is " + Problems.quote(value));
        return legacy == null ? ReceiptType.UNKNOWN : legacy;
    }

    /** Both places must name the same message: a replayed receipt with an edited header does not (facts 2.2 G). */
    private void checkReference(MailHead head, Certification certified) {
        if (!head.referenceMessageId().equals(certified.originalMessageId())) {
            problems.add(
                    ProblemCode.HEADER_DATICERT_MISMATCH,
                    "the header names the message "
                            + Problems.quote(head.referenceMessageId().orElse(""))
                            + ", the certification "
                            + Problems.quote(certified.originalMessageId().orElse("")));
        }
    }

    private void checkRecipient(ReceiptType type, Certification certified) {
        if (!isAboutOneRecipient(type)) {
            return;
        }
        @Nullable String recipient = certified.recipient().orElse(null);
        if (recipient == null) {
            problems.add(ProblemCode.RECIPIENT_MISSING, "the notice is about one recipient and does not name it");
            return;
        }
        for (CertifiedRecipient listed : certified.recipients()) {
            if (listed.address().equalsIgnoreCase(recipient)) {
                return;
            }
        }
        problems.add(
                ProblemCode.RECIPIENT_NOT_LISTED,
                Problems.quote(recipient) + " is not among the recipients of the message");
    }

    private static boolean isAboutOneRecipient(ReceiptType type) {
        return switch (type) {
            case AVVENUTA_CONSEGNA, ERRORE_CONSEGNA, PREAVVISO_ERRORE_CONSEGNA -> true;
            case ACCETTAZIONE, NON_ACCETTAZIONE, PRESA_IN_CARICO, RILEVAZIONE_VIRUS, UNKNOWN -> false;
        };
    }

    private PecMail rem(MailHead head, String messageType, @Nullable AttachedMailSlice attached) {
        @Nullable Certification certified = certification(CertificationProtocol.REM);
        String event = EvidenceReader.eventName(head.remEvent().orElse(""));
        if (certified != null && !certified.type().equals(event)) {
            problems.add(
                    ProblemCode.HEADER_DATICERT_MISMATCH,
                    "REM-EventIdentifier is " + Problems.quote(event) + ", the evidence is about "
                            + Problems.quote(certified.type()));
        }
        String effective = certified == null ? event : certified.type();
        // A dispatch carries the evidence of its acceptance, and is not the receipt of it: the X-Trasporto of REM.
        if (messageType.endsWith("/dispatch")) {
            return effective.equals("ReceivedFromNonERDS")
                    ? anomaly(head, attached)
                    : envelope(head, attached, certified, effective);
        }
        if (certified != null) {
            checkReference(head, certified);
        }
        ReceiptType type = remType(effective);
        if (type == ReceiptType.UNKNOWN) {
            problems.add(ProblemCode.UNKNOWN_VALUE, "the REM event is " + Problems.quote(effective));
        }
        if (certified != null && certified.recipient().isEmpty() && isAboutOneRecipient(type)) {
            problems.add(ProblemCode.RECIPIENT_MISSING, "the evidence is about one recipient and does not name it");
        }
        Optional<Certification> certification = Optional.ofNullable(certified);
        Optional<Failure> failure = FailureClassifier.rem(
                type, certification.flatMap(Certification::errorDetail).orElse(null));
        return new RemEvidence(
                head,
                signature(head, certification),
                problems.toList(),
                type,
                certification,
                failure,
                Optional.ofNullable(attached));
    }

    /** The receipt that says the same in PEC (facts 3). */
    private static ReceiptType remType(String event) {
        return switch (event) {
            case "SubmissionAcceptance" -> ReceiptType.ACCETTAZIONE;
            case "SubmissionRejection" -> ReceiptType.NON_ACCETTAZIONE;
            case "RelayAcceptance", "RelayToNonERDS" -> ReceiptType.PRESA_IN_CARICO;
            case "ContentConsignment" -> ReceiptType.AVVENUTA_CONSEGNA;
            case "ContentConsignmentFailure", "RelayFailure", "RelayRejection", "RelayToNonERDSFailure" ->
                ReceiptType.ERRORE_CONSEGNA;
            default -> ReceiptType.UNKNOWN;
        };
    }

    private Bounce bounce(MailHead head, MailPart status) {
        DeliveryStatusReader read =
                DeliveryStatusReader.read(status.decode().bytes(), limits.maxRecipients(), problems);
        MailPart returned = scan.returned();
        Optional<HeaderSection> returnedHeader = returned == null
                ? Optional.empty()
                : Optional.of(AttachedMailSlice.of(returned, limits).headers());
        return new Bounce(
                head,
                signature(head, Optional.empty()),
                problems.toList(),
                read.reportingServer(),
                read.recipients(),
                returnedHeader.flatMap(found -> found.find("Message-ID")).flatMap(MessageIds::normalise),
                returnedHeader.flatMap(found -> found.find(REFERENCE_HEADER)).flatMap(MessageIds::normalise),
                addressees());
    }

    private List<String> addressees() {
        return ADDRESSEE_HEADERS.stream()
                .flatMap(name -> header.all(name).stream())
                .limit(MOST_ADDRESSEES)
                .map(value -> value.regionMatches(true, 0, "rfc822;", 0, 7) ? value.substring(7) : value)
                .flatMap(value -> AddressHeader.bare(value).stream())
                .distinct()
                .toList();
    }

    /** Reads the certification; null when there is none that can be read, with the reason among the problems. */
    private @Nullable Certification certification(CertificationProtocol protocol) {
        @Nullable MailPart part = protocol == CertificationProtocol.PEC ? scan.daticert() : scan.evidence();
        String name = protocol == CertificationProtocol.PEC ? "daticert.xml" : "evidence";
        if (part == null) {
            problems.add(ProblemCode.DATICERT_MISSING, "the signed part holds no " + name);
            return null;
        }
        if (!part.content().isComplete()) {
            problems.add(ProblemCode.DATICERT_MISSING, "the " + name + " is longer than what is read");
            return null;
        }
        TransferEncoding.Decoded decoded = part.decode();
        XmlBytes xml = XmlBytes.decode(decoded.bytes(), part.charset());
        if (!decoded.clean() || !xml.clean()) {
            problems.add(ProblemCode.UNDECODABLE_TEXT, "the " + name + " could not be decoded in full");
        }
        try {
            return protocol == CertificationProtocol.PEC
                    ? DaticertReader.read(xml.text(), limits, header.first("Date"), problems)
                    : EvidenceReader.read(xml.text(), limits, problems);
        } catch (XmlSyntaxException malformed) {
            problems.add(ProblemCode.DATICERT_MALFORMED, "the " + name + " cannot be read: " + malformed.getMessage());
            return null;
        }
    }

    private SignatureCheck signature(MailHead head, Optional<Certification> certification) {
        if (!scan.isSigned()) {
            return SignatureCheck.UNSIGNED;
        }
        if (scan.isRewrapped()) {
            return new SignatureCheck(
                    Verdict.UNTRUSTED,
                    Optional.of("the signature is not that of the whole mail"),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    false);
        }
        ScannedEntity entity = new ScannedEntity(scan, head.from(), certification.flatMap(Certification::time));
        SignatureCheck check;
        try {
            check = verifier.verify(entity);
        } catch (RuntimeException defect) {
            problems.add(ProblemCode.INTERNAL_ERROR, "the signature verifier failed: " + defect);
            return SignatureCheck.of(Verdict.NOT_CHECKED, "the signature verifier failed");
        }
        if (ambiguous && check.verdict() == Verdict.TRUSTED) {
            return new SignatureCheck(
                    Verdict.UNTRUSTED,
                    Optional.of("a header that says what the mail is occurs with different values"),
                    check.digestAlgorithm(),
                    check.signingTime(),
                    check.chain(),
                    check.weakDigest());
        }
        return check;
    }
}
