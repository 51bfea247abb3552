package io.github.pecmailproxy.evidence;

/**
 * A file of a bundle.
 *
 * @param name its path inside the bundle
 * @param size its size in bytes
 * @param sha256 its SHA-256 as 64 lower-case hex digits
 */
record BundleFile(String name, long size, String sha256) {
    static final String INDEX = "index.json";
    static final String TEXT = "verification.txt";
    static final String CHECKSUMS = "SHA256SUMS";
    static final String ORIGINAL = "original.eml";
    static final String RECEIPTS = "receipts/";
    static final String CERTIFICATES = "certificates/";
}
