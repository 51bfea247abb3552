package io.github.pecmailproxy.sandbox;

import java.io.IOException;

/** Ends a conversation without another word, because the script says so. */
final class ConnectionDropped extends IOException {
    private static final long serialVersionUID = 1;

    ConnectionDropped() {
        super("dropped by order");
    }
}
