package io.github.pecmailproxy.pec.trust;

/** Says in one sentence why a CMS structure cannot be read or breaks a rule of RFC 5652. */
final class MalformedCmsException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedCmsException(String sentence) {
        super(sentence, null, false, false);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
