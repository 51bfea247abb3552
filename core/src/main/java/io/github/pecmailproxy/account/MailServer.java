package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;

/**
 * Where a server listens. Immutable and thread-safe.
 *
 * @param host its name or address; with TLS the certificate must be for it
 * @param port its TCP port, 1 to 65535
 * @param transport how the connection is protected
 * @since 0.1.0
 */
public record MailServer(String host, int port, Transport transport) {
    private static final int LONGEST_HOST = 253;
    private static final int GREATEST_PORT = 65_535;

    /** Checks the parts. */
    public MailServer {
        FieldCheck.identifier("host", host, LONGEST_HOST);
        if (host.chars().anyMatch(Character::isWhitespace) || host.contains("/")) {
            throw new InvalidValueException("host", "is not a host name: " + InvalidValueException.quote(host));
        }
        FieldCheck.between("port", port, 1, GREATEST_PORT);
        FieldCheck.required("transport", transport);
    }

    /**
     * Tells whether the server is on this machine by its name alone; nothing is looked up.
     *
     * @return true for {@code localhost}, {@code 127.…} and {@code ::1}
     */
    public boolean isLoopback() {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127(\\.\\d{1,3}){3}")
                || host.equals("::1")
                || host.equals("[::1]");
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
