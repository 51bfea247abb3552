package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.internal.imap.MailboxConnector;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.store.EventStore;

/** Changes what a node works with, one life at a time. */
interface Mutation {
    /** Changes nothing. */
    Mutation NONE = new Mutation() {};

    default EventStore store(EventStore store) {
        return store;
    }

    default SmtpSender sender(SmtpSender sender) {
        return sender;
    }

    default MailboxConnector mailboxes(MailboxConnector mailboxes, SimulatedProvider provider) {
        return mailboxes;
    }

    default SignatureVerifier signatures(SignatureVerifier signatures) {
        return signatures;
    }

    default DeliveryReportSink sink(DeliveryReportSink sink) {
        return sink;
    }
}
