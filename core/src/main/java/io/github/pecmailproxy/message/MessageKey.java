package io.github.pecmailproxy.message;

/**
 * Identifies a message: the host's own id within a tenant. Immutable and thread-safe.
 *
 * @param tenant whose message it is, 1 to {@value #LONGEST_TENANT} characters
 * @param id the host's id, 1 to {@value #LONGEST_ID} characters, compared exactly
 * @since 0.1.0
 */
public record MessageKey(String tenant, String id) {
    /** The tenant of everything that names none. */
    public static final String DEFAULT_TENANT = "default";

    /** The greatest length of a tenant's name, in characters. */
    public static final int LONGEST_TENANT = 64;

    /** The greatest length of an id, in characters. */
    public static final int LONGEST_ID = 200;

    /** Checks both parts. */
    public MessageKey {
        FieldCheck.identifier("tenant", tenant, LONGEST_TENANT);
        FieldCheck.identifier("id", id, LONGEST_ID);
    }

    /**
     * Names a message of the {@linkplain #DEFAULT_TENANT default tenant}.
     *
     * @param id the host's id
     * @return the key, never null
     * @throws InvalidValueException if the id is not valid
     */
    public static MessageKey of(String id) {
        return new MessageKey(DEFAULT_TENANT, id);
    }

    @Override
    public String toString() {
        return tenant + "/" + id;
    }
}
