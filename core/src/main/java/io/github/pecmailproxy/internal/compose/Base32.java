package io.github.pecmailproxy.internal.compose;

/** Writes bytes in the lower-case alphabet of RFC 4648 section 6 without padding: safe in a Message-ID and in any case folding. */
final class Base32 {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int BITS = 5;
    private static final int MASK = 31;

    private Base32() {}

    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder((bytes.length * Byte.SIZE + BITS - 1) / BITS);
        int pending = 0;
        int bits = 0;
        for (byte octet : bytes) {
            pending = (pending << Byte.SIZE) | (octet & 0xff);
            bits += Byte.SIZE;
            while (bits >= BITS) {
                bits -= BITS;
                text.append(ALPHABET.charAt((pending >> bits) & MASK));
            }
            pending &= (1 << bits) - 1;
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt((pending << (BITS - bits)) & MASK));
        }
        return text.toString();
    }
}
