package io.github.pecmailproxy.pec.trust;

import java.util.Locale;
import java.util.Optional;

/**
 * A mail address in a form that can be compared without surprises: printable ASCII, one {@code @}, no quoting.
 *
 * <p>Anything else is not an address a provider signs with (RFC 6109 section 2.1), and refusing it keeps look-alikes from
 * other scripts, which Unicode case folding would map to ASCII letters, out of the comparison.
 *
 * @param localPart the part before the {@code @}, lower case
 * @param domain the part after it, lower case
 */
record Mailbox(String localPart, String domain) {
    private static final int MAXIMUM_LENGTH = 320;

    static Optional<Mailbox> parse(String address) {
        int at = address.indexOf('@');
        if (at < 1
                || at == address.length() - 1
                || at != address.lastIndexOf('@')
                || address.length() > MAXIMUM_LENGTH) {
            return Optional.empty();
        }
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c <= ' ' || c >= 0x7f || "\"(),:;<>[\\]".indexOf(c) >= 0) {
                return Optional.empty();
            }
        }
        // Local parts are compared without case: the domain names the provider, and no provider has two of these
        // mailboxes
        // that differ in case alone.
        String lower = address.toLowerCase(Locale.ROOT);
        return Optional.of(new Mailbox(lower.substring(0, at), lower.substring(at + 1)));
    }

    @Override
    public String toString() {
        return localPart + '@' + domain;
    }
}
