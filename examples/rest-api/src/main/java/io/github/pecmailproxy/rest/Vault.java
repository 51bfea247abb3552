package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Keeps the sync secrets of tenants under AES-256-GCM, each bound to whose it is. Thread-safe. */
final class Vault {
    private static final String KEY_VARIABLE = "MAIL_PROXY_ENCRYPTION_KEY";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private Vault(SecretKey key) {
        this.key = key;
    }

    static Vault of(@Nullable String base64) {
        if (base64 == null) {
            throw new InvalidValueException(
                    KEY_VARIABLE,
                    "is missing: passwords are kept encrypted only. Make one with: openssl rand -base64 32");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidValueException(KEY_VARIABLE, "is not base64");
        }
        if (bytes.length != KEY_BYTES) {
            throw new InvalidValueException(KEY_VARIABLE, "is not base64 of " + KEY_BYTES + " bytes");
        }
        return new Vault(new SecretKeySpec(bytes, "AES"));
    }

    /** Encrypts a text so that it can be read only in the name of the same owner. */
    String seal(String owner, String text) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, owner, nonce, text.getBytes(StandardCharsets.UTF_8));
        byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
        return Base64.getEncoder().encodeToString(all);
    }

    String open(String owner, String sealed) {
        byte[] all = Base64.getDecoder().decode(sealed);
        byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
        return new String(
                crypt(Cipher.DECRYPT_MODE, owner, nonce, Arrays.copyOfRange(all, NONCE_BYTES, all.length)),
                StandardCharsets.UTF_8);
    }

    private byte[] crypt(int mode, String owner, byte[] nonce, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(
                    "what is kept for " + owner + " cannot be read: was it kept under another " + KEY_VARIABLE + "?",
                    failure);
        }
    }
}
