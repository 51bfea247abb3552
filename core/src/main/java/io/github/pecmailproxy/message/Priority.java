package io.github.pecmailproxy.message;

/**
 * Says which message leaves first. Messages of one priority leave in the order in which they were queued.
 *
 * @since 0.1.0
 */
public enum Priority {
    /** Before everything else; 0 on the wire. */
    IMMEDIATE,
    /** 1 on the wire. */
    HIGH,
    /** The default; 2 on the wire. */
    MEDIUM,
    /** After everything else; 3 on the wire. */
    LOW;

    /**
     * Returns the number on the wire.
     *
     * @return 0 (immediate) to 3 (low)
     */
    public int level() {
        return ordinal();
    }

    /**
     * Finds a priority by its number on the wire.
     *
     * @param level 0 to 3
     * @return the priority, never null
     * @throws InvalidValueException if there is no such level
     */
    public static Priority ofLevel(int level) {
        return values()[FieldCheck.between("priority", level, 0, values().length - 1)];
    }
}
