package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What of an account a server can object to, compared with what it objected to. Of a token, which is another one at every login, only
 * the user counts. Immutable and thread-safe; shows no secret in its text.
 *
 * <p>Their hash is stored beside messages, so it must tell nothing about the password: it has a salt of its own and is as slow to guess at
 * as a password file.
 */
record RefusedSettings(
        MailServer server,
        String address,
        @Nullable String user,
        @Nullable Secret password,
        @Nullable String returnPath) {
    /** OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA512. */
    private static final int ITERATIONS = 210_000;

    private static final int SALT_LENGTH = 16;
    private static final int HASH_BITS = 256;
    private static final String FORM = "pbkdf2-1";
    private static final Pattern HASH = Pattern.compile(Pattern.quote(FORM) + ":([^:]+):([^:]+)");
    private static final SecureRandom RANDOM = new SecureRandom();

    static RefusedSettings of(MailAccount account) {
        Credentials credentials = account.smtpCredentials();
        return new RefusedSettings(
                account.smtp(),
                account.address().address(),
                credentials == null ? null : credentials.user(),
                credentials instanceof Credentials.Password password ? password.password() : null,
                account.returnPath());
    }

    /** Hashes the settings with a new salt. */
    String hash() {
        byte[] salt = new byte[SALT_LENGTH];
        RANDOM.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder();
        return FORM + ":" + base64.encodeToString(salt) + ":" + base64.encodeToString(derive(salt));
    }

    /** Tells whether a hash is that of other settings; false where it is of a form that this release does not know. */
    boolean differFrom(String hash) {
        Matcher parts = HASH.matcher(hash);
        if (!parts.matches()) {
            return false;
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            return !MessageDigest.isEqual(derive(base64.decode(parts.group(1))), base64.decode(parts.group(2)));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private byte[] derive(byte[] salt) {
        PBEKeySpec input = new PBEKeySpec(encoded().toCharArray(), salt, ITERATIONS, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(input)
                    .getEncoded();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java has PBKDF2WithHmacSHA512", missing);
        } finally {
            input.clearPassword();
        }
    }

    /** Each value with its length, so that no two different settings look the same. */
    private String encoded() {
        StringBuilder all = new StringBuilder();
        for (String value : new String[] {
            server.host(),
            String.valueOf(server.port()),
            server.transport().name(),
            address,
            user,
            password == null ? null : password.reveal()
        }) {
            all.append(value == null ? "-" : value.getBytes(StandardCharsets.UTF_8).length + ":" + value)
                    .append(' ');
        }
        if (returnPath != null) {
            all.append("return path ").append(returnPath);
        }
        return all.toString();
    }
}
