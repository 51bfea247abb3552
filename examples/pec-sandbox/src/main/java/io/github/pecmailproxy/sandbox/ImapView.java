package io.github.pecmailproxy.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * A folder as one session knows it: sequence numbers stay as they are until the client was told otherwise (RFC 3501 section
 * 7.4.1). Guarded by the session's lock.
 */
final class ImapView {
    private final MailFolder folder;
    private final boolean readOnly;
    private final long uidValidity;
    private final List<MailEntry> entries;

    ImapView(MailFolder folder, boolean readOnly) {
        this.folder = folder;
        this.readOnly = readOnly;
        this.uidValidity = folder.uidValidity();
        this.entries = new ArrayList<>(folder.entries());
    }

    MailFolder folder() {
        return folder;
    }

    boolean readOnly() {
        return readOnly;
    }

    long uidValidity() {
        return uidValidity;
    }

    int size() {
        return entries.size();
    }

    MailEntry get(int sequenceNumber) {
        return entries.get(sequenceNumber - 1);
    }

    long lastUid() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).uid();
    }

    /** The sequence numbers, ascending, of the mails a set of UIDs or of sequence numbers names; unknown ones are left out. */
    List<Integer> select(ImapSequenceSet set, boolean byUid) {
        List<Integer> numbers = new ArrayList<>();
        for (long[] range : set.ranges()) {
            int from = byUid ? firstAtOrAfter(range[0]) : (int) Math.min(range[0] - 1, entries.size());
            for (int i = from; i < entries.size(); i++) {
                long number = byUid ? entries.get(i).uid() : i + 1L;
                if (number > range[1]) {
                    break;
                }
                numbers.add(i + 1);
            }
        }
        return numbers.stream().sorted().distinct().toList();
    }

    private int firstAtOrAfter(long uid) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).uid() < uid) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Brings the view up to date.
     *
     * @param expunges whether mails may vanish now; they may not during FETCH, STORE and SEARCH
     * @return the untagged responses that tell the client
     */
    List<String> refresh(boolean expunges) {
        List<String> responses = new ArrayList<>();
        if (expunges) {
            for (int i = entries.size() - 1; i >= 0; i--) {
                if (entries.get(i).expunged()) {
                    entries.remove(i);
                    responses.add("* " + (i + 1) + " EXPUNGE");
                }
            }
        }
        List<MailEntry> arrived = folder.entriesAfter(lastUid());
        if (!arrived.isEmpty()) {
            entries.addAll(arrived);
            responses.add("* " + entries.size() + " EXISTS");
            responses.add("* 0 RECENT");
        }
        return responses;
    }
}
