package io.github.pecmailproxy.internal.imap;

import java.io.IOException;

/**
 * Says that fetched bytes could not be put aside on this machine: a full disk, a missing folder. No fault of the mail or of the
 * server.
 *
 * @since 0.1.0
 */
public final class SpoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpoolException(IOException cause) {
        super("The temporary folder cannot take a mail: " + cause.getMessage(), cause);
    }
}
