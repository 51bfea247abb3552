package io.github.pecmailproxy.evidence;

/**
 * What proves that the bytes of {@code original.eml} are what was sent, from weak to strong. Its Message-ID, sender, recipients and subject
 * are certified by every receipt in any case.
 *
 * @since 0.1.0
 */
public enum OriginalProof {
    /**
     * No receipt says what was in the message: that the body is this one rests on the hash that the sender's own system recorded before
     * sending. So it is with sintetica receipts, with those for recipients in copy, and before any delivery.
     */
    RECORDED_HASH,
    /**
     * A brief receipt (RFC 6109 section 3.3.2.2) holds, under the provider's signature, the text and the SHA-1 of every attachment. SHA-1 is
     * what the rules prescribe; whoever wrote an attachment could have prepared two of the same SHA-1.
     */
    ATTACHMENT_HASHES,
    /**
     * A complete receipt (RFC 6109 section 3.3.2.1) holds, under the provider's signature, a copy. The provider replaces the Message-ID and
     * adds header fields of its own, so that the body and the fields that give it its meaning are compared, not every byte of the header.
     */
    SIGNED_COPY
}
