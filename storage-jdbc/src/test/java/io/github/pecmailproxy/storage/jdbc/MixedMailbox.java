package io.github.pecmailproxy.storage.jdbc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.sandbox.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;

/**
 * The mail that gathers in a mailbox which several applications and people share: receipts of ours and of others, replayed and forged
 * ones, certified and ordinary mail that came in, bounces. Every mail differs from every other.
 */
final class MixedMailbox {
    private final PecSandbox sandbox;
    private final String mailbox;
    private final List<byte[]> mails = new ArrayList<>();

    MixedMailbox(PecSandbox sandbox, String mailbox) {
        this.sandbox = sandbox;
        this.mailbox = mailbox;
    }

    List<byte[]> mails() {
        return mails;
    }

    /** Adds what the provider answered to everything that was sent. */
    List<StoredMail> addAnswers() {
        List<StoredMail> answers = sandbox.mailbox(mailbox);
        answers.forEach(answer -> mails.add(answer.raw()));
        return answers;
    }

    /** Adds receipts again under other Message-IDs, which no signature covers. */
    void addReplayed(List<StoredMail> receipts) {
        for (StoredMail receipt : receipts) {
            mails.add(renamed(receipt.text(), "replayed-" + mails.size()));
        }
    }

    /** Adds deliveries that nobody certified, one for each message. */
    void addForged(List<AcceptedMessage> messages, String recipient) {
        DraftSignature[] forgeries = {
            DraftSignature.STRANGER, DraftSignature.OTHER_PROVIDER, DraftSignature.BROKEN, DraftSignature.NONE
        };
        for (AcceptedMessage message : messages) {
            mails.add(sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                    .about(message)
                    .recipient(recipient)
                    .header("Message-ID", "<forged-" + mails.size() + "@pec.example>")
                    .signature(forgeries[mails.size() % forgeries.length])
                    .toBytes());
        }
    }

    /** Adds genuine receipts for messages of another application that sends from the same mailbox. */
    void addForeignReceipts(int count) {
        ReceiptType[] types = {ReceiptType.ACCETTAZIONE, ReceiptType.AVVENUTA_CONSEGNA};
        add(
                count,
                number -> sandbox.draft(types[number % types.length])
                        .sender(mailbox)
                        .recipient("mario@pec.example")
                        .messageId("<" + number + "@other-application.example>")
                        .identifier("other-application-" + number)
                        .toBytes());
    }

    /** Adds certified messages that came in (buste di trasporto) and ordinary ones (buste di anomalia), from a sample of each. */
    void addIncoming(int count, List<StoredMail> samples) {
        add(count, number -> renamed(samples.get(number % samples.size()).text(), "incoming-" + number));
    }

    void addOrdinary(int count) {
        add(
                count,
                number -> ("Return-Path: <someone@example.com>\r\nFrom: Someone <someone@example.com>\r\nTo: " + mailbox
                                + "\r\nSubject: POSTA CERTIFICATA: accettazione n. " + number
                                + "\r\nMessage-ID: <ordinary-" + number
                                + "@example.com>\r\n\r\nX-Ricevuta: avvenuta-consegna\r\nOrdinary words.\r\n")
                        .getBytes(ISO_8859_1));
    }

    /** Adds bounces of ordinary messages that somebody else sent. */
    void addForeignBounces(int count) {
        add(
                count,
                number -> ("From: MAILER-DAEMON@example.com\r\nTo: " + mailbox + "\r\nMessage-ID: <bounce-" + number
                                + "@example.com>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;"
                                + " report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n"
                                + "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.com\r\n\r\n"
                                + "Final-Recipient: rfc822; nobody@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
                                + "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <somebody-else-" + number
                                + "@example.com>\r\n\r\n--b--\r\n")
                        .getBytes(ISO_8859_1));
    }

    private void add(int count, IntFunction<byte[]> mail) {
        for (int number = 0; number < count; number++) {
            mails.add(mail.apply(number));
        }
    }

    private static byte[] renamed(String mail, String messageId) {
        return mail.replaceFirst(
                        "(?im)^Message-ID:[^\r\n]*",
                        Matcher.quoteReplacement("Message-ID: <" + messageId + "@pec.example>"))
                .getBytes(ISO_8859_1);
    }
}
