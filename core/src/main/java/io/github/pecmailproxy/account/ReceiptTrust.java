package io.github.pecmailproxy.account;

/**
 * What a receipt must bring before it moves the state of a message. What is refused is kept, shown with its reason, and can be
 * judged again.
 *
 * @since 0.1.0
 */
public enum ReceiptTrust {
    /** The default: a signature by a known provider over a daticert that agrees with everything else. */
    REQUIRE_PROOF,
    /** Any signature that holds, whoever the signer. For test providers whose certificates nobody vouches for. */
    ACCEPT_VALID_SIGNATURE,
    /** Anything that has the form of a receipt. Anyone who can write to the mailbox can then forge a delivery. */
    ACCEPT_UNVERIFIED
}
