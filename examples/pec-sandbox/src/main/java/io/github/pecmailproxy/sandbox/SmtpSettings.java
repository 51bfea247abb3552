package io.github.pecmailproxy.sandbox;

import javax.net.ssl.SSLContext;

/**
 * What the SMTP servers offer and demand.
 *
 * @param hostName what the server calls itself
 * @param tls the context for TLS
 * @param pipelining whether PIPELINING is offered
 * @param maximumSize how many bytes a message may have before SMTP itself refuses it
 * @param maximumRecipients how many recipients one message may have
 * @param refusesOtherSenders whether MAIL FROM must be the authenticated mailbox
 */
record SmtpSettings(
        String hostName,
        SSLContext tls,
        boolean pipelining,
        long maximumSize,
        int maximumRecipients,
        boolean refusesOtherSenders) {}
