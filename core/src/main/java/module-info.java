/**
 * Sends Italian certified mail (PEC), reads and verifies the receipts, and proves what became of each message.
 *
 * <p>Bouncy Castle is needed only where signatures are verified, Micrometer only where its meters are used; JSpecify only by
 * the compiler.
 */
module io.github.pecmailproxy.core {
    requires com.fasterxml.jackson.databind;
    requires java.xml;
    requires org.eclipse.angus.mail;
    requires org.slf4j;
    requires static micrometer.core;
    requires static org.bouncycastle.pkix;
    requires static org.bouncycastle.provider;
    requires static org.bouncycastle.util;
    requires static transitive org.jspecify;
    requires transitive jakarta.mail;

    exports io.github.pecmailproxy;
    exports io.github.pecmailproxy.account;
    exports io.github.pecmailproxy.archive;
    exports io.github.pecmailproxy.credentials;
    exports io.github.pecmailproxy.evidence;
    exports io.github.pecmailproxy.health;
    exports io.github.pecmailproxy.imap;
    exports io.github.pecmailproxy.message;
    exports io.github.pecmailproxy.metrics;
    exports io.github.pecmailproxy.operations;
    exports io.github.pecmailproxy.pec;
    exports io.github.pecmailproxy.pec.trust;
    exports io.github.pecmailproxy.queue;
    exports io.github.pecmailproxy.report;
    exports io.github.pecmailproxy.smtp;
    exports io.github.pecmailproxy.store;
    exports io.github.pecmailproxy.timeout;
}
