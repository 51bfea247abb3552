package io.github.pecmailproxy.message;

/**
 * Says which message leaves first. Messages of one priority leave in the order in which they were queued.
 *
 * @since 0.1.0
 */
public enum Priority {
    /** Before everything else; 0 on the wire. */
    IMMEDIATE(0),
    /** 1 on the wire. */
    HIGH(1),
    /** The default; 2 on the wire. */
    MEDIUM(2),
    /** After everything else; 3 on the wire. */
    LOW(3);

    private final int level;

    Priority(int level) {
        this.level = level;
    }

    /**
     * Returns the number on the wire.
     *
     * @return 0 (immediate) to 3 (low)
     */
    public int level() {
        return level;
    }

    /**
     * Finds a priority by its number on the wire.
     *
     * @param level 0 to 3
     * @return the priority, never null
     * @throws InvalidValueException if there is no such level
     */
    public static Priority ofLevel(int level) {
        for (Priority priority : values()) {
            if (priority.level == level) {
                return priority;
            }
        }
        throw new InvalidValueException("priority", "is " + level + ", allowed is 0 to 3");
    }
}
