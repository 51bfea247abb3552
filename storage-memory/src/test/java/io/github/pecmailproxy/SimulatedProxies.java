package io.github.pecmailproxy;

import io.github.pecmailproxy.internal.imap.MailboxConnector;
import io.github.pecmailproxy.pec.SignatureVerifier;
import java.util.random.RandomGenerator;

/** Builds proxies whose surroundings are simulated. */
public final class SimulatedProxies {
    private SimulatedProxies() {}

    /** Puts a proxy together of which every run can be repeated. */
    public static MailProxy build(
            MailProxyBuilder builder,
            MailboxConnector mailboxes,
            SignatureVerifier signatures,
            String node,
            RandomGenerator random) {
        return builder.build(new EngineSurroundings(mailboxes, signatures, node, random));
    }
}
