package io.github.pecmailproxy.storage.memory.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A folder of a mailbox. */
final class SimulatedFolder {
    private final List<SimulatedMail> mails = new ArrayList<>();
    private long uidValidity = 1;
    private long uidNext = 1;
    private int expected;

    void deliver(byte[] bytes, Instant at, boolean poison) {
        mails.add(new SimulatedMail(uidNext++, bytes, at, poison));
        expected++;
    }

    /** Moves a mail out of the folder and into another, as people do. */
    void move(int index, SimulatedFolder target) {
        SimulatedMail mail = mails.remove(index);
        expected--;
        mail.renumber(target.uidNext++);
        target.mails.add(mail);
        target.expected++;
    }

    /** Gives every mail a new number, as a server does that lost its index. */
    void renumber() {
        uidValidity++;
        uidNext = 1;
        mails.forEach(mail -> mail.renumber(uidNext++));
    }

    /** Tells whether everything that came is there as it came. */
    boolean isUntouched() {
        return mails.size() == expected
                && mails.stream().allMatch(mail -> mail.flags().isEmpty());
    }

    List<SimulatedMail> mails() {
        return mails;
    }

    long uidValidity() {
        return uidValidity;
    }

    long uidNext() {
        return uidNext;
    }
}
