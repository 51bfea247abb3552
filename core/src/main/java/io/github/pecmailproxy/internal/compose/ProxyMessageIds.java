package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.account.MailAccount;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the Message-IDs of the messages of one store and recognises them again: {@code <pmp1.}<i>random</i>{@code .}<i>check</i>
 * {@code @}<i>domain</i>{@code >}. The check ties the random part to the store, so that a receipt can be told to speak of one of
 * our messages even after the message itself is gone. It is a mark, not a signature: whoever has seen an id can repeat it.
 * Thread-safe as far as the source of randomness is.
 *
 * @since 0.1.0
 */
public final class ProxyMessageIds {
    private static final int RANDOM_BYTES = 16;
    private static final int CHECK_BYTES = 10;
    private static final String TOKEN = "([a-z2-7]{26})\\.([a-z2-7]{16})";
    private static final Pattern FORM = Pattern.compile("<?pmp1\\." + TOKEN + "@[^<>@\\s]+>?");
    private static final Pattern RETURN_PATH = Pattern.compile(TOKEN + "[^@]*@([^<>@\\s]+)");

    private final String storeId;
    private final RandomGenerator random;

    /**
     * Creates the ids of one store.
     *
     * @param storeId the {@linkplain io.github.pecmailproxy.store.EventStore#id() store's identity}
     * @param random where the random part comes from; cryptographically strong in production, so that no id is made twice
     */
    public ProxyMessageIds(String storeId, RandomGenerator random) {
        this.storeId = storeId;
        this.random = random;
    }

    /**
     * Makes a new id.
     *
     * @param domain the domain of the author's address, ASCII
     * @return the id with angle brackets, never the same twice
     */
    public String create(String domain) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String part = Base32.encode(bytes);
        return "<pmp1." + part + "." + check(part) + "@" + domain + ">";
    }

    /**
     * Tells whether an id was made for a message of this store, by any node, at any time.
     *
     * @param messageId the id, with or without angle brackets
     * @return true if it is ours
     */
    public boolean isOurs(String messageId) {
        Matcher form = FORM.matcher(messageId.strip());
        return form.matches() && check(form.group(1)).equals(form.group(2));
    }

    /**
     * Makes the reverse path that names a message: its token is what an id has before the {@code @}, and as hard to guess.
     *
     * @param pattern an account's {@linkplain io.github.pecmailproxy.account.MailAccount#returnPath() pattern}
     * @param messageId an id made for the pattern's domain
     * @return an address, from which {@link #ofReturnPath} gives the id again
     */
    public static String returnPath(String pattern, String messageId) {
        String token = messageId.substring(messageId.indexOf('.') + 1, messageId.indexOf('@'));
        return pattern.replace(MailAccount.RETURN_PATH_TOKEN, token);
    }

    /**
     * Finds the id of the message that a reverse path names. Servers may change the case of an address. Whether the message was sent
     * with this reverse path, the message must tell.
     *
     * @param address the address
     * @return the id with angle brackets, of a message of this store; empty when the address names none
     */
    public Optional<String> ofReturnPath(String address) {
        Matcher form = RETURN_PATH.matcher(address.toLowerCase(Locale.ROOT));
        return form.find() && check(form.group(1)).equals(form.group(2))
                ? Optional.of("<pmp1." + form.group(1) + "." + form.group(2) + "@" + form.group(3) + ">")
                : Optional.empty();
    }

    private String check(String part) {
        MessageDigest digest = Sha256.start();
        digest.update(("pmp1 " + storeId + " " + part).getBytes(StandardCharsets.UTF_8));
        return Base32.encode(Arrays.copyOf(digest.digest(), CHECK_BYTES));
    }
}
