package io.github.pecmailproxy.credentials;

/**
 * Says why what is stored encrypted cannot be read: another key, a change, another owner. The text names no secret.
 *
 * @since 0.1.0
 */
public final class UnreadableSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableSettingsException(String reason) {
        super(reason);
    }
}
