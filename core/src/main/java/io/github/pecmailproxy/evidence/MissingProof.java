package io.github.pecmailproxy.evidence;

/** What may not be there. */
enum MissingProof {
    ACCEPTANCE,
    PROOF
}
