package io.github.pecmailproxy.sandbox;

/**
 * Whose signature a drafted receipt carries.
 *
 * @since 0.1.0
 */
public enum DraftSignature {
    /** The provider's own: the receipt is genuine as far as signatures can tell. */
    PROVIDER,
    /** One made with a certificate of the same names under an authority nobody trusts. */
    STRANGER,
    /** A valid one of another provider: its certificate's address is not the mail's {@code From}. */
    OTHER_PROVIDER,
    /** The provider's own, over other bytes: the mail was changed on its way. */
    BROKEN,
    /** None at all: the bare multipart/mixed. */
    NONE
}
