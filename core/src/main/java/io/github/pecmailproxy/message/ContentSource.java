package io.github.pecmailproxy.message;

import java.io.IOException;
import java.io.InputStream;

/**
 * Opens a stream over some bytes, any number of times, the same bytes each time.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ContentSource {
    /**
     * Opens the bytes from their beginning. The caller closes the stream.
     *
     * @return a new stream, never null
     * @throws IOException if the bytes cannot be read
     */
    InputStream open() throws IOException;
}
