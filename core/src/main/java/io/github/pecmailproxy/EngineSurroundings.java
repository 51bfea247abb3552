package io.github.pecmailproxy;

import io.github.pecmailproxy.internal.imap.ImapConnector;
import io.github.pecmailproxy.internal.imap.MailboxConnector;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * What an engine meets and no host sets: a simulation puts its own in place, so that every run can be repeated. Immutable.
 *
 * @param mailboxes opens mailboxes
 * @param signatures judges the signatures of receipts
 * @param node a name that no other node has, and no earlier life of this one
 * @param random makes Message-IDs and spreads retries; cryptographically strong in production
 */
record EngineSurroundings(
        MailboxConnector mailboxes, SignatureVerifier signatures, String node, RandomGenerator random) {
    /** Returns the real ones. */
    static EngineSurroundings real(ProviderTrust trust) {
        return new EngineSurroundings(
                new ImapConnector(), trust.verifier(), UUID.randomUUID().toString(), new SecureRandom());
    }
}
