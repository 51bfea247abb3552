package io.github.pecmailproxy.sandbox;

import java.io.IOException;

/** One conversation with a client. */
interface ServerSession {
    /**
     * Talks until the conversation is over.
     *
     * @throws IOException if the connection breaks, or is dropped by order
     * @throws InterruptedException if the server is being closed
     */
    void run() throws IOException, InterruptedException;
}
