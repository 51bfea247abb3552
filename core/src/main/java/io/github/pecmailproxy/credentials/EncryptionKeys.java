package io.github.pecmailproxy.credentials;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys under which accounts are kept: AES-256-GCM, a random nonce each time, bound to the tenant and the id of the account; a host
 * may keep further secrets under them. The newest key encrypts, every key decrypts; that is how a key is replaced. Immutable and thread-safe; shows no key in its text.
 *
 * @since 0.1.0
 */
public final class EncryptionKeys {
    /** The variable of the environment that holds the keys. */
    public static final String VARIABLE = "MAIL_PROXY_ENCRYPTION_KEY";

    /** The length of a key: 32 bytes. */
    public static final int KEY_LENGTH = 32;

    private static final String FORM = "v1";
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_LENGTH = 16;
    private static final int TAG_BITS = TAG_LENGTH * Byte.SIZE;
    private static final int ID_LENGTH = 8;

    private final Map<String, SecretKey> keys;
    private final String newest;
    private final SecureRandom random = new SecureRandom();

    private EncryptionKeys(List<byte[]> newestFirst) {
        keys = new LinkedHashMap<>();
        for (byte[] key : newestFirst) {
            if (key.length != KEY_LENGTH) {
                throw new InvalidValueException(
                        VARIABLE, "has a key of " + key.length + " bytes, must be exactly " + KEY_LENGTH);
            }
            keys.put(idOf(key), new SecretKeySpec(key, "AES"));
        }
        if (keys.isEmpty()) {
            throw new InvalidValueException(VARIABLE, "is missing: accounts are never kept in plain text");
        }
        newest = keys.keySet().iterator().next();
    }

    /**
     * Takes keys as bytes.
     *
     * @param newestFirst the keys, each {@value #KEY_LENGTH} bytes; the first encrypts
     * @return the keys, never null
     * @throws InvalidValueException if there is none, or one has another length
     */
    public static EncryptionKeys of(List<byte[]> newestFirst) {
        return new EncryptionKeys(newestFirst);
    }

    /**
     * Reads keys from text.
     *
     * @param text keys in base64, separated by commas, the newest first; null and blank mean that none is there
     * @return the keys, never null
     * @throws InvalidValueException if none is there, one is not base64 or has not {@value #KEY_LENGTH} bytes; it names no key
     */
    public static EncryptionKeys ofBase64(@Nullable String text) {
        List<byte[]> read = new ArrayList<>();
        if (text != null && !text.isBlank()) {
            for (String key : text.split(",", -1)) {
                try {
                    read.add(Base64.getDecoder().decode(key.strip()));
                } catch (IllegalArgumentException malformed) {
                    // Without the cause: its text quotes characters of the key.
                    throw new InvalidValueException(VARIABLE, "is not base64");
                }
            }
        }
        return new EncryptionKeys(read);
    }

    /**
     * Reads the keys from {@value #VARIABLE}.
     *
     * @param environment the variables, such as {@link System#getenv()}
     * @return the keys, never null
     * @throws InvalidValueException as {@link #ofBase64} does
     */
    public static EncryptionKeys fromEnvironment(Map<String, String> environment) {
        return ofBase64(environment.get(VARIABLE));
    }

    /**
     * Encrypts a secret of the host's own under the newest key, as accounts are.
     *
     * @param owner what the secret belongs to: it can be read only in the same name
     * @param secret the secret
     * @return printable ASCII, never null
     */
    public String encrypt(String owner, String secret) {
        return seal("secret:" + owner, secret);
    }

    /**
     * Decrypts what {@link #encrypt(String, String)} made for the same owner.
     *
     * @param owner what the secret belongs to
     * @param stored what was made of it
     * @return the secret, never null
     * @throws UnreadableSettingsException if it was made for another owner or under a key that is not there, or was changed
     */
    public String decrypt(String owner, String stored) throws UnreadableSettingsException {
        return open("secret:" + owner, stored);
    }

    /** Encrypts an account's settings under the newest key. */
    String encrypt(AccountKey account, String settings) {
        return seal(ownerOf(account), settings);
    }

    /** Decrypts what {@link #encrypt(AccountKey, String)} made of the same account. */
    String decrypt(AccountKey account, String stored) throws UnreadableSettingsException {
        return open(ownerOf(account), stored);
    }

    private String seal(String owner, String settings) {
        byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, FieldCheck.required("key", keys.get(newest)), nonce, owner);
            byte[] sealed = cipher.doFinal(settings.getBytes(StandardCharsets.UTF_8));
            byte[] all = ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return FORM + "." + newest + "." + Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has AES/GCM", impossible);
        }
    }

    private String open(String owner, String stored) throws UnreadableSettingsException {
        String[] parts = stored.split("\\.", -1);
        if (parts.length != 3 || !parts[0].equals(FORM)) {
            throw new UnreadableSettingsException("the stored settings are not in a form that is known");
        }
        SecretKey key = keys.get(parts[1]);
        if (key == null) {
            throw new UnreadableSettingsException("the key it was encrypted with is not among those given");
        }
        try {
            byte[] all = Base64.getDecoder().decode(parts[2]);
            if (all.length < NONCE_LENGTH + TAG_LENGTH) {
                throw new UnreadableSettingsException("the stored settings are cut short");
            }
            byte[] nonce = new byte[NONCE_LENGTH];
            System.arraycopy(all, 0, nonce, 0, NONCE_LENGTH);
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, owner);
            byte[] settings = cipher.doFinal(all, NONCE_LENGTH, all.length - NONCE_LENGTH);
            return new String(settings, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new UnreadableSettingsException("the stored settings are not base64");
        } catch (AEADBadTagException tampered) {
            throw new UnreadableSettingsException("the stored settings were changed, or belong to another account");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has AES/GCM", impossible);
        }
    }

    /**
     * Tells whether a secret is encrypted under the newest key. One that is not should be encrypted again before its key is taken away.
     *
     * @param stored what {@code encrypt} returned, or anything else
     * @return true if it is, and false for what is not encrypted at all
     */
    public boolean isNewest(String stored) {
        return stored.startsWith(FORM + "." + newest + ".");
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String owner) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static String ownerOf(AccountKey account) {
        // With the length of the tenant, so that no other pair of names reads the same.
        return "account:" + account.tenant().length() + ":" + account.tenant() + "/" + account.id();
    }

    private static String idOf(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("pec-mail-proxy key id".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(key), 0, ID_LENGTH);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Names the keys by their ids. */
    @Override
    public String toString() {
        return "EncryptionKeys" + keys.keySet();
    }
}
