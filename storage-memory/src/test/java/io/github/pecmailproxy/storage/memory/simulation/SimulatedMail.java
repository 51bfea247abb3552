package io.github.pecmailproxy.storage.memory.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/** A mail in a mailbox. */
final class SimulatedMail {
    private final byte[] bytes;
    private final Instant arrivedAt;
    private final boolean poison;
    private final Set<String> flags = new TreeSet<>();
    private long uid;

    SimulatedMail(long uid, byte[] bytes, Instant arrivedAt, boolean poison) {
        this.uid = uid;
        this.bytes = bytes;
        this.arrivedAt = arrivedAt;
        this.poison = poison;
    }

    long uid() {
        return uid;
    }

    void renumber(long newUid) {
        uid = newUid;
    }

    byte[] bytes() {
        return bytes;
    }

    Instant arrivedAt() {
        return arrivedAt;
    }

    /** Tells whether the server breaks off whenever it is asked for the mail's content. */
    boolean isPoison() {
        return poison;
    }

    Set<String> flags() {
        return flags;
    }

    String header() {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        return end < 0 ? text : text.substring(0, end + 4);
    }
}
