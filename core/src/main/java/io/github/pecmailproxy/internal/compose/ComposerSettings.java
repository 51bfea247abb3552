package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.nio.file.Path;

/**
 * What the composition of messages can be told. Immutable.
 *
 * @param trackingHeader the header that carries the host's id of the message
 * @param spoolDirectory where messages go while they are composed, once they are larger than {@code memoryLimit}; an existing directory
 * @param memoryLimit up to how many bytes a message is composed in memory, at least 0
 * @since 0.1.0
 */
public record ComposerSettings(String trackingHeader, Path spoolDirectory, int memoryLimit) {
    /** The header that carries the host's id of the message. */
    public static final String DEFAULT_TRACKING_HEADER = "X-Genro-Mail-ID";

    /** Up to how many bytes a message is composed in memory: 256 KiB. */
    public static final int DEFAULT_MEMORY_LIMIT = 256 * 1024;

    private static final int LONGEST_NAME = 76;

    /** Checks the values. */
    public ComposerSettings {
        FieldCheck.identifier("tracking_header", trackingHeader, LONGEST_NAME);
        if (!trackingHeader.chars().allMatch(character -> character > ' ' && character <= '~' && character != ':')) {
            throw new InvalidValueException(
                    "tracking_header", "is not a header name: " + InvalidValueException.quote(trackingHeader));
        }
        if (ReservedHeaders.isStandard(trackingHeader)) {
            throw new InvalidValueException("tracking_header", "has a meaning of its own: " + trackingHeader);
        }
        FieldCheck.required("spool_directory", spoolDirectory);
        FieldCheck.between("memory_limit", memoryLimit, 0, Integer.MAX_VALUE);
    }

    /**
     * Returns the defaults: the default tracking header, the system's directory for temporary files.
     *
     * @return the settings, never null
     */
    public static ComposerSettings defaults() {
        return new ComposerSettings(
                DEFAULT_TRACKING_HEADER, Path.of(System.getProperty("java.io.tmpdir")), DEFAULT_MEMORY_LIMIT);
    }
}
