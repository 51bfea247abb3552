package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The answers of SASL mechanisms.
 *
 * @param user who
 * @param secret password or access token
 */
record Credentials(String user, String secret) {
    /** Reads PLAIN (RFC 4616): authorization id, NUL, user, NUL, password. */
    static Optional<Credentials> plain(String base64) {
        return decode(base64).flatMap(text -> {
            String[] pieces = text.split("\0", -1);
            return pieces.length == 3 ? Optional.of(new Credentials(pieces[1], pieces[2])) : Optional.empty();
        });
    }

    /** Reads XOAUTH2: {@code user=…^Aauth=Bearer …^A^A}. */
    static Optional<Credentials> xoauth2(String base64) {
        return decode(base64).flatMap(text -> {
            String user = null;
            String token = null;
            for (String piece : text.split("\u0001")) {
                if (piece.startsWith("user=")) {
                    user = piece.substring("user=".length());
                } else if (piece.startsWith("auth=Bearer ")) {
                    token = piece.substring("auth=Bearer ".length());
                }
            }
            return user != null && token != null ? Optional.of(new Credentials(user, token)) : Optional.empty();
        });
    }

    static Optional<String> decode(String base64) {
        try {
            return Optional.of(new String(Base64.getDecoder().decode(base64.trim()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "Credentials[user=" + user + "]";
    }
}
