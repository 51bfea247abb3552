package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the mails of providers: receipts, buste di trasporto, buste di anomalia. Thread-safe. */
final class MailComposer {
    private static final List<String> KNOWN_HEADERS = List.of(
            "received",
            "return-path",
            "delivered-to",
            "to",
            "cc",
            "bcc",
            "from",
            "sender",
            "reply-to",
            "subject",
            "date",
            "message-id",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "x-riferimento-message-id",
            "x-tiporicevuta",
            "x-trasporto",
            "x-ricevuta",
            "in-reply-to",
            "references");

    private final SandboxTrust trust;
    private final Identifiers identifiers;

    MailComposer(SandboxTrust trust, Identifiers identifiers) {
        this.trust = trust;
        this.identifiers = identifiers;
    }

    String newMessageIdentifier(Provider provider, ZonedDateTime time) {
        return provider.shape().style().messageIdentifier(time, identifiers.next(), provider.domain());
    }

    byte[] receipt(ReceiptSpec spec) {
        return sign(
                spec.issuer(), receiptMail(spec, daticert(spec)), spec.issuer().digest());
    }

    /** The certified facts as the specification has them; a forger may change them before {@link #receiptMail}. */
    Daticert daticert(ReceiptSpec spec) {
        CertifiedMessage message = spec.message();
        boolean delivery = spec.type() == ReceiptType.AVVENUTA_CONSEGNA;
        // facts 1.3: the 2026 software leaves risposte empty in an accettazione
        boolean emptyReplyTo = spec.issuer().shape() == WireShape.ARUBA_2026 && spec.type() == ReceiptType.ACCETTAZIONE;
        return new Daticert(
                spec.type().wireName(),
                spec.error(),
                message.sender(),
                message.recipients(),
                emptyReplyTo ? "" : bareAddress(message.replyTo()),
                message.decodedSubject(),
                spec.issuer().name(),
                spec.time(),
                message.identifier(),
                message.messageId(),
                delivery ? message.variant() : null,
                spec.recipient(),
                spec.taken(),
                spec.extendedError());
    }

    SystemMail receiptMail(ReceiptSpec spec, Daticert facts) {
        CertifiedMessage message = spec.message();
        MailStyle style = spec.issuer().shape().style();
        List<SystemMail.Marker> markers = new ArrayList<>();
        markers.add(new SystemMail.Marker("X-Ricevuta", spec.type().wireName()));
        boolean verified = spec.type() == ReceiptType.NON_ACCETTAZIONE || spec.type() == ReceiptType.ERRORE_CONSEGNA;
        if (spec.virus() && verified) {
            markers.add(new SystemMail.Marker("X-VerificaSicurezza", "errore"));
        }
        if (spec.type() == ReceiptType.RILEVAZIONE_VIRUS) {
            markers.add(new SystemMail.Marker("X-Mittente", message.sender()));
        }
        if (spec.issuer().shape() == WireShape.ARUBA_2026) {
            markers.add(new SystemMail.Marker("X-Lmtp-Aru-Notify-Rcpt", spec.to()));
        }
        return new SystemMail(
                spec.time(),
                style.receiptIdentifier(
                        spec.time(), identifiers.next(), spec.issuer().domain()),
                markers,
                trace(spec.issuer().address(), spec.to(), spec.issuer(), spec.time()),
                spec.issuer().address(),
                spec.to(),
                null,
                spec.type().subjectPrefix(spec.virus()) + message.subjectOrEmpty(),
                message.messageId(),
                remSubject(spec),
                ReceiptText.of(facts, spec.type(), spec.finalNotice()),
                facts.toXml(style.daticertTail()),
                attachment(spec));
    }

    /** The busta di trasporto, without the trace fields of a particular mailbox (RFC 6109 section 3.1.5). */
    byte[] envelope(CertifiedMessage message) {
        Provider provider = message.provider();
        MailStyle style = provider.shape().style();
        Daticert facts = new Daticert(
                "posta-certificata",
                DaticertError.NESSUNO,
                message.sender(),
                message.recipients(),
                bareAddress(message.replyTo()),
                message.decodedSubject(),
                provider.name(),
                message.time(),
                message.identifier(),
                message.messageId(),
                message.variant(),
                null,
                List.of(),
                null);
        MailHeaders headers = MailHeaders.parse(message.original());
        List<MailHeaders.Field> inherited = new ArrayList<>();
        for (MailHeaders.Field field : headers.fields()) {
            boolean unknown = !KNOWN_HEADERS.contains(field.name().toLowerCase(Locale.ROOT));
            if (MailHeaders.isNamed(field, "Received", "To", "Cc") || unknown && style.copiesUnknownHeaders()) {
                inherited.add(field);
            }
        }
        List<SystemMail.Marker> markers = new ArrayList<>();
        markers.add(new SystemMail.Marker("X-Trasporto", "posta-certificata"));
        if (style.marksReceiptVariant()) {
            markers.add(
                    new SystemMail.Marker("X-TipoRicevuta", message.variant().wireName()));
        }
        SystemMail mail = new SystemMail(
                message.time(),
                message.identifier(),
                markers,
                inherited,
                "\"Per conto di: " + message.sender() + "\" <" + provider.address() + ">",
                null,
                style.copiesUnknownHeaders() ? message.replyTo() : bareAddress(message.replyTo()),
                "POSTA CERTIFICATA: " + message.subjectOrEmpty(),
                message.messageId(),
                null,
                ReceiptText.envelope(facts),
                facts.toXml(style.daticertTail()),
                message.original());
        return sign(provider, mail, provider.digest());
    }

    /** The busta di anomalia around a mail that no provider vouches for (RFC 6109 section 3.2.2). */
    byte[] anomaly(Provider provider, byte[] mail, String to, ZonedDateTime time) {
        byte[] wrapped = TransferEncodings.canonicalLineEnds(mail);
        MailHeaders headers = MailHeaders.parse(wrapped);
        String sender =
                MailAddresses.addresses(headers, "From").stream().findFirst().orElse("sconosciuto");
        String subject = headers.first("Subject").orElse("");
        List<MailHeaders.Field> inherited = new ArrayList<>(trace(sender, to, provider, time));
        for (MailHeaders.Field field : headers.fields()) {
            if (MailHeaders.isNamed(field, "Received", "To", "Cc")) {
                inherited.add(field);
            }
        }
        String messageId = headers.first("Message-ID")
                .map(MailComposer::withoutBrackets)
                .orElseGet(() -> newMessageIdentifier(provider, time));
        SystemMail anomaly = new SystemMail(
                time,
                messageId,
                List.of(new SystemMail.Marker("X-Trasporto", "errore")),
                inherited,
                "\"Per conto di: " + sender + "\" <" + provider.address() + ">",
                headers.has("To") ? null : to,
                headers.first("Reply-To").orElse(sender),
                "ANOMALIA MESSAGGIO: " + subject,
                null,
                null,
                ReceiptText.anomaly(time, sender, subject, List.of(to)),
                null,
                wrapped);
        return sign(provider, anomaly, provider.digest());
    }

    /** A bounce of an ordinary server about our envelope (RFC 3464). */
    byte[] bounce(CertifiedMessage message, String recipient, Fate.ExternalBounced fate, ZonedDateTime time) {
        String host = "mx." + MailAddresses.domain(recipient);
        String boundary = new Boundaries(time).javaMail();
        return new MailText(message.original().length + 8192)
                .line("From: Mail Delivery System <MAILER-DAEMON@" + host + ">")
                .line("To: " + message.sender())
                .line("Date: " + MailText.date(time))
                .line("Subject: Undelivered Mail Returned to Sender")
                .line("Message-ID: <" + time.toEpochSecond() + "." + identifiers.next() + "@" + host + ">")
                .line("Auto-Submitted: auto-replied")
                .line("MIME-Version: 1.0")
                .line("Content-Type: multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\"")
                .line()
                .line("--" + boundary)
                .line("Content-Type: text/plain; charset=us-ascii")
                .line()
                .line("The mail could not be delivered to <" + recipient + ">: " + fate.diagnostic())
                .line()
                .line("--" + boundary)
                .line("Content-Type: message/delivery-status")
                .line()
                .line("Reporting-MTA: dns; " + host)
                .line("Arrival-Date: " + MailText.date(time))
                .line()
                .line("Final-Recipient: rfc822; " + recipient)
                .line("Action: failed")
                .line("Status: " + fate.status())
                .line("Diagnostic-Code: smtp; " + fate.diagnostic())
                .line()
                .line("--" + boundary)
                .line("Content-Type: message/rfc822")
                .line()
                .bytes(envelope(message))
                .line("--" + boundary + "--")
                .toBytes();
    }

    /** The header fields a delivery into one mailbox puts on top. */
    static List<MailHeaders.Field> trace(String from, String to, Provider provider, ZonedDateTime time) {
        return List.of(
                MailHeaders.field("Return-Path", "<" + from + ">"),
                MailHeaders.field("Delivered-To", to),
                new MailHeaders.Field(
                        "Received",
                        "Received: from mx." + provider.domain() + " (localhost [127.0.0.1])\r\n\tby store."
                                + provider.domain() + " with LMTP;\r\n\t" + MailText.date(time)));
    }

    static byte[] withTrace(byte[] mail, String from, String to, Provider provider, ZonedDateTime time) {
        return new MailText(mail.length + 512)
                .fields(trace(from, to, provider, time))
                .raw(mail)
                .toBytes();
    }

    byte[] sign(Provider provider, SystemMail mail, SignatureDigest digest) {
        return signAs(trust.signer(provider.name(), provider.address()), provider, mail, digest);
    }

    byte[] signAs(ReceiptSigner signer, Provider provider, SystemMail mail, SignatureDigest digest) {
        Boundaries boundaries = new Boundaries(mail.time());
        MailStyle style = provider.shape().style();
        byte[] part = style.signedPart(mail, boundaries);
        byte[] cms = signer.sign(part, digest, mail.time().toInstant());
        return style.assemble(mail, part, cms, digest, boundaries);
    }

    byte[] unsigned(Provider provider, SystemMail mail) {
        Boundaries boundaries = new Boundaries(mail.time());
        MailStyle style = provider.shape().style();
        return style.assembleUnsigned(mail, style.signedPart(mail, boundaries), boundaries);
    }

    private static byte @Nullable [] attachment(ReceiptSpec spec) {
        CertifiedMessage message = spec.message();
        // facts 1.1: only a delivery receipt gives the message back, and only to the sender's primary recipients
        if (spec.type() != ReceiptType.AVVENUTA_CONSEGNA
                || spec.recipient() == null
                || message.isCarbonCopy(spec.recipient())) {
            return null;
        }
        return switch (message.variant()) {
            case COMPLETA -> message.original();
            case BREVE -> BriefCopy.of(message.original());
            case SINTETICA -> null;
        };
    }

    private static @Nullable String remSubject(ReceiptSpec spec) {
        if (spec.issuer().shape() != WireShape.ARUBA_2026) {
            return null;
        }
        String event = switch (spec.type()) {
            case ACCETTAZIONE -> "SubmissionAcceptance";
            case NON_ACCETTAZIONE -> "SubmissionRejection";
            case PRESA_IN_CARICO -> "RelayAcceptance";
            case AVVENUTA_CONSEGNA -> "ContentConsignment";
            case ERRORE_CONSEGNA, PREAVVISO_ERRORE_CONSEGNA -> "ContentConsignmentFailure";
            case RILEVAZIONE_VIRUS -> "RelayRejection";
        };
        return event + ": " + spec.message().subjectOrEmpty();
    }

    private static String bareAddress(String replyTo) {
        return MailAddresses.parse(replyTo).stream()
                .map(MailAddresses.Entry::address)
                .findFirst()
                .orElse(replyTo);
    }

    private static String withoutBrackets(String messageId) {
        String trimmed = messageId.trim();
        return trimmed.startsWith("<") && trimmed.endsWith(">") ? trimmed.substring(1, trimmed.length() - 1) : trimmed;
    }
}
