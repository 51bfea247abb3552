package io.github.pecmailproxy.internal.imap;

import java.io.IOException;

/** Says that what came is not IMAP. */
final class ImapSyntaxException extends IOException {
    private static final long serialVersionUID = 1L;

    ImapSyntaxException(String message) {
        super(message);
    }
}
