package io.github.pecmailproxy.pec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Digests signed content in its canonical form: every line ends with CRLF, whatever the mail was stored with (RFC 8551
 * section 3.1.1). Not thread-safe.
 */
final class ContentDigests {
    private static final byte[] CARRIAGE_RETURN = {'\r'};

    private final List<MessageDigest> digests = new ArrayList<>(3);
    private final List<byte[]> results = new ArrayList<>(3);
    private byte last;

    private ContentDigests() {}

    /**
     * Starts the digests a mail that goes by may need: the one it announces, and the two in use on the wire in case it
     * announces another one than it has.
     */
    static ContentDigests announced(@Nullable String micalg) {
        ContentDigests digests = new ContentDigests();
        digests.add("SHA-256");
        digests.add("SHA-1");
        if (micalg != null) {
            String name = micalg.trim().toUpperCase(Locale.ROOT);
            boolean undashed =
                    name.startsWith("SHA") && name.length() > 3 && name.charAt(3) != '-' && name.charAt(3) != '3';
            digests.add(undashed ? "SHA-" + name.substring(3) : name);
        }
        return digests;
    }

    private void add(String algorithm) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            if (digests.stream().noneMatch(present -> present.getAlgorithm().equals(algorithm))) {
                digests.add(digest);
            }
        } catch (NoSuchAlgorithmException unknown) {
            // The mail announces what this machine does not have: the verifier will find it missing and say so.
        }
    }

    /** Digests content in memory. */
    static byte[] of(ByteSlice content, String algorithm) throws NoSuchAlgorithmException {
        ContentDigests digests = new ContentDigests();
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        digests.digests.add(digest);
        digests.update(content.array(), content.offset(), content.end());
        return digest.digest();
    }

    /** Digests the content in [from, to) behind what went before. */
    void update(byte[] bytes, int from, int to) {
        int start = from;
        int lineFeed = LineFeeds.indexOf(bytes, from, to);
        while (lineFeed >= 0) {
            byte before = lineFeed > from ? bytes[lineFeed - 1] : last;
            if (before != '\r') {
                feed(bytes, start, lineFeed);
                feed(CARRIAGE_RETURN, 0, 1);
                start = lineFeed;
            }
            lineFeed = LineFeeds.indexOf(bytes, lineFeed + 1, to);
        }
        feed(bytes, start, to);
        last = to > from ? bytes[to - 1] : last;
    }

    private void feed(byte[] bytes, int from, int to) {
        for (MessageDigest digest : digests) {
            digest.update(bytes, from, to - from);
        }
    }

    /** Ends the digests, after which {@link #get} answers. */
    void finish() {
        for (MessageDigest digest : digests) {
            results.add(digest.digest());
        }
    }

    /** Returns a digest that was computed. */
    byte[] get(String algorithm) throws NoSuchAlgorithmException {
        String wanted = MessageDigest.getInstance(algorithm).getAlgorithm();
        for (int i = 0; i < results.size(); i++) {
            if (isSame(digests.get(i).getAlgorithm(), wanted)) {
                return results.get(i).clone();
            }
        }
        throw new NoSuchAlgorithmException(algorithm + " was not computed while the mail went by");
    }

    /** JCA knows several names for one digest: SHA, SHA1 and SHA-1. */
    private static boolean isSame(String one, String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(String name) {
        String plain = name.toUpperCase(Locale.ROOT).replace("-", "");
        return plain.equals("SHA") ? "SHA1" : plain;
    }
}
