package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.compose.ComposedMessage;
import io.github.pecmailproxy.internal.compose.ComposerSettings;
import io.github.pecmailproxy.internal.compose.MessageComposer;
import io.github.pecmailproxy.internal.lifecycle.ReceiptRules;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.StoredMail;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import io.github.pecmailproxy.store.contract.BytesContent;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Evidence of a message that a sandbox took and certified: as a store would keep it, without store and engine. */
final class SandboxEvidence implements AutoCloseable {
    static final String MAILBOX = "acme@pec.example";
    private static final String PASSWORD = "parola-segreta";
    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");

    private final PecSandbox sandbox = PecSandbox.builder()
            .account(MAILBOX, PASSWORD)
            .clock(InstantSource.fixed(NOW))
            .manual()
            .start();

    static OutgoingMessage.Builder message() {
        return OutgoingMessage.builder()
                .id("n1")
                .account("pec-acme")
                .from(MAILBOX)
                .to("mario@pec.example", "piena@pec.example")
                .subject("Diffida n. 1: perché no")
                .text("Gentile destinatario, ecco la comunicazione.");
    }

    PecSandbox sandbox() {
        return sandbox;
    }

    ProviderTrust trust() {
        return ProviderTrust.builder()
                .anchor(sandbox.receiptCa())
                .clock(InstantSource.fixed(NOW))
                .build();
    }

    PecReceiptParser parser() {
        return PecReceiptParser.builder().signatureVerifier(trust().verifier()).build();
    }

    /** Sends a message, lets the sandbox certify it, and exports what came of it. */
    byte[] exported(OutgoingMessage.Builder message) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            sent(message).writeTo(out);
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    MessageEvidence sent(OutgoingMessage.Builder builder) {
        MailAccount account = MailAccount.pec("pec-acme")
                .smtps(sandbox.host(), sandbox.smtpsPort())
                .imaps(sandbox.host(), sandbox.imapsPort())
                .credentials(MAILBOX, PASSWORD)
                .build();
        OutgoingMessage message = builder.build();
        InstantSource clock = InstantSource.fixed(NOW);
        try (ComposedMessage composed =
                new MessageComposer("test0000test0000", ComposerSettings.defaults(), clock).compose(message, account)) {
            byte[] mime;
            try (var in = composed.content().open()) {
                mime = in.readAllBytes();
            }
            transmit(mime, message);
            sandbox.deliverDue();
            return received(tracked(message, composed), account, BytesContent.of(mime));
        } catch (IOException | MessagingException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void transmit(byte[] mime, OutgoingMessage message) throws MessagingException {
        Properties properties = new Properties();
        properties.put(
                "mail.smtps.ssl.socketFactory", sandbox.clientSslContext().getSocketFactory());
        Session session = Session.getInstance(properties);
        MimeMessage fixed = new MimeMessage(session, new ByteArrayInputStream(mime)) {
            @Override
            public void saveChanges() {
                // It goes out as it is.
            }
        };
        List<Address> recipients = new ArrayList<>();
        for (var recipient : message.to()) {
            recipients.add(new InternetAddress(recipient.address()));
        }
        try (Transport transport = session.getTransport("smtps")) {
            transport.connect(sandbox.host(), sandbox.smtpsPort(), MAILBOX, PASSWORD);
            transport.sendMessage(fixed, recipients.toArray(Address[]::new));
        }
    }

    private static TrackedMessage tracked(OutgoingMessage message, ComposedMessage composed) {
        return new TrackedMessage(
                message.key(),
                1,
                message.account(),
                true,
                composed.messageId(),
                composed.envelopeFrom(),
                composed.subject(),
                Priority.MEDIUM,
                null,
                message.receiptFormat().orElse(null),
                MessageState.SENT,
                composed.recipients(),
                1,
                NOW,
                NOW,
                null,
                NOW,
                null,
                null,
                null,
                null,
                composed.content().size(),
                composed.content().sha256(),
                composed.fingerprint(),
                3);
    }

    private MessageEvidence received(TrackedMessage message, MailAccount account, StoredContent original) {
        MessageKey key = message.key();
        List<MessageEvent> events = new ArrayList<>();
        events.add(new MessageEvent(1, key, EventType.QUEUED, NOW, NOW, EventData.NONE));
        events.add(new MessageEvent(2, key, EventType.SENT, NOW, NOW, EventData.of("smtp_response", "250 ok")));
        List<MessageEvidence.Receipt> receipts = new ArrayList<>();
        TrackedMessage current = message;
        for (StoredMail mail : sandbox.mailbox(MAILBOX)) {
            CertifiedReceipt receipt = (CertifiedReceipt) parser().parse(mail.raw());
            BytesContent content = BytesContent.of(mail.raw());
            receipts.add(new MessageEvidence.Receipt(record(mail, receipt, key, content), content));
            MessageChange change = ReceiptRules.received(current, receipt, account, mail.receivedAt(), NOW);
            current = change.message();
            for (NewEvent event : change.events()) {
                events.add(new MessageEvent(events.size() + 1, key, event.type(), event.time(), NOW, event.data()));
            }
        }
        return MessageEvidence.of(current, events, original, receipts, parser());
    }

    private static ReceiptRecord record(
            StoredMail mail, CertifiedReceipt receipt, MessageKey key, StoredContent content) {
        return new ReceiptRecord(
                mail.uid(),
                new MailboxKey(new AccountKey(key.tenant(), "pec-acme"), "INBOX"),
                1,
                mail.uid(),
                mail.receivedAt(),
                NOW,
                content.sha256(),
                content.size(),
                receipt.messageId().orElse(null),
                receipt.kind().wireName(),
                receipt.type().wireName(),
                receipt.originalMessageId().orElse(null),
                receipt.recipient().orElse(null),
                receipt.certifiedTime().orElse(null),
                receipt.signature().verdict(),
                receipt.problems().stream().map(Problem::wireName).toList(),
                Disposition.RECORDED,
                "it is a receipt for a message of ours",
                key,
                receipt.messageId().orElse(null),
                true);
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
