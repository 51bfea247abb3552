package io.github.pecmailproxy.credentials;

/** Says why stored settings cannot be read; the text names no secret. */
final class UnreadableSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableSettingsException(String reason) {
        super(reason);
    }
}
