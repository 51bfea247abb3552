package io.github.pecmailproxy.evidence;

/** Says why a bundle is not one, in one English sentence. */
final class BundleException extends Exception {
    BundleException(String reason) {
        super(reason);
    }
}
