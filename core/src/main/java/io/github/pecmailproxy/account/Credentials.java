package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;

/**
 * How to log in to a server. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public sealed interface Credentials {
    /** The greatest length of a user name, in characters. */
    int LONGEST_USER = 320;

    /**
     * Returns the login name.
     *
     * @return the user, never null
     */
    String user();

    /**
     * A user with a password (SASL PLAIN or LOGIN, RFC 4616).
     *
     * @param user the login name
     * @param password the password
     * @since 0.1.0
     */
    record Password(String user, Secret password) implements Credentials {
        /** Checks both. */
        public Password {
            FieldCheck.identifier("user", user, LONGEST_USER);
            FieldCheck.required("password", password);
        }
    }

    /**
     * A user with an access token that is asked for at every login (SASL XOAUTH2). An account whose token was refused stays suspended
     * until it is resumed or its user or server changes: another token alone does not tell that anything was put right.
     *
     * @param user the login name
     * @param token supplies a token that is valid now
     * @since 0.1.0
     */
    record AccessToken(String user, TokenSupplier token) implements Credentials {
        /** Checks both. */
        public AccessToken {
            FieldCheck.identifier("user", user, LONGEST_USER);
            FieldCheck.required("token", token);
        }

        @Override
        public String toString() {
            return "AccessToken[user=" + user + ", token=***]";
        }
    }

    /**
     * Supplies access tokens. Implementations are thread-safe; they may do I/O.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    interface TokenSupplier {
        /**
         * Returns a token that is valid now.
         *
         * @return the token, never null
         */
        Secret token();
    }
}
