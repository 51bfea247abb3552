package io.github.pecmailproxy.internal.compose;

import java.util.Locale;
import java.util.Set;

/** The headers that are not the host's to set, because the message sets them itself or because they are a server's to set. */
final class ReservedHeaders {
    private static final Set<String> NAMES = Set.of(
            // Set from the message's own fields.
            "message-id",
            "date",
            "from",
            "to",
            "cc",
            "bcc",
            "subject",
            "reply-to",
            "mime-version",
            "x-tiporicevuta",
            // Set by servers on the way (RFC 5321 section 4.4, RFC 5322 section 3.6.7, RFC 6376, RFC 8601, RFC 8617).
            "return-path",
            "received",
            "received-spf",
            "delivered-to",
            "x-original-to",
            "authentication-results",
            "dkim-signature",
            "domainkey-signature",
            "apparently-to",
            // Set by PEC providers only (facts 1.1, 1.4): on a message of ours they could only deceive.
            "x-trasporto",
            "x-ricevuta",
            "x-riferimento-message-id",
            "x-verificasicurezza",
            "x-mittente");

    /** Families of headers: parts of the MIME structure, forwarding, authentication chains, REM. */
    private static final Set<String> PREFIXES = Set.of("content-", "resent-", "arc-", "rem-");

    private ReservedHeaders() {}

    /** Tells whether a header has a meaning that an additional header must not take. */
    static boolean isStandard(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NAMES.contains(lower) || PREFIXES.stream().anyMatch(lower::startsWith);
    }

    /** Tells whether only a PEC provider may set a header. */
    static boolean isProvidersOwn(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "x-trasporto", "x-ricevuta", "x-riferimento-message-id", "x-verificasicurezza", "x-mittente" -> true;
            default -> false;
        };
    }
}
