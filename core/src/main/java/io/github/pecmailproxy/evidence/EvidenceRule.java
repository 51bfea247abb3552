package io.github.pecmailproxy.evidence;

import java.util.Locale;

/**
 * What is checked of a bundle.
 *
 * @since 0.1.0
 */
public enum EvidenceRule {
    /** The file is a bundle and nothing else: no file missing, added or there twice, no unsafe name, no bomb. */
    CONTAINER,
    /** Every file has the size and hash that the list of hashes and the index say. */
    HASHES,
    /** The index is well-formed and written as an index is written. */
    INDEX,
    /** The text for people says what the index says, word for word. */
    TEXT,
    /** The certificates are what the index says, and each is signed with the next one's key. */
    CERTIFICATES,
    /** The original has the Message-ID, sender, recipients and subject that the index says. */
    ORIGINAL,
    /** A receipt's signature, verified again, is worth what the index says; a receipt that counts is proof. */
    SIGNATURE,
    /** A receipt, read again, says what the index says. */
    CONTENTS,
    /** A receipt speaks of the original: its Message-ID, sender, recipients and subject. */
    REFERENCE,
    /** The copy of the original in a receipt, or the hashes of its attachments, agree with the original. */
    COPY,
    /** Every certified event comes from a receipt that proves it, and every receipt has its event. */
    EVENTS,
    /** What the index says became of the message and its recipients is proven. */
    STATE;

    /**
     * Returns the rule's name in reports, such as {@code signature}.
     *
     * @return the name in lower case, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
