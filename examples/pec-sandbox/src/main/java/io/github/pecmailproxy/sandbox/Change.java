package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One thing that happened to what the provider remembers, as a line of the journal says it. Accounts are named by their
 * {@linkplain MailAddresses#key(String) key}, mails by their file in the state directory. Values are immutable.
 */
sealed interface Change {
    /** Returns the line's fields; the first one names the kind. */
    List<String> fields();

    /** Does it again, in another life. */
    void replay(ProviderMemory memory) throws IOException;

    /** Reads what {@link #fields()} wrote. */
    static Change of(List<String> fields) {
        Iterator<String> rest = fields.iterator();
        String kind = rest.next();
        return switch (kind) {
            case FolderCreated.KIND -> new FolderCreated(rest.next(), rest.next(), Long.parseLong(rest.next()));
            case FolderDeleted.KIND -> new FolderDeleted(rest.next(), rest.next());
            case FolderRenumbered.KIND -> new FolderRenumbered(rest.next(), rest.next(), Long.parseLong(rest.next()));
            case MailStored.KIND ->
                new MailStored(
                        rest.next(),
                        rest.next(),
                        Long.parseLong(rest.next()),
                        Instant.parse(rest.next()),
                        rest.next(),
                        remaining(rest));
            case MailLost.KIND -> new MailLost(rest.next());
            case FlagsSet.KIND -> new FlagsSet(rest.next(), rest.next(), Long.parseLong(rest.next()), remaining(rest));
            case MailsExpunged.KIND -> {
                String account = rest.next();
                String folder = rest.next();
                Set<Long> uids = new TreeSet<>();
                rest.forEachRemaining(uid -> uids.add(Long.parseLong(uid)));
                yield new MailsExpunged(account, folder, uids);
            }
            case IdentifiersReserved.KIND -> new IdentifiersReserved(Long.parseLong(rest.next()));
            case MessageAccepted.KIND -> MessageAccepted.read(rest);
            case StepDone.KIND -> new StepDone(Long.parseLong(rest.next()), Integer.parseInt(rest.next()));
            default -> throw new IllegalArgumentException("the journal speaks of an unknown change: " + kind);
        };
    }

    private static Set<String> remaining(Iterator<String> rest) {
        Set<String> values = new TreeSet<>();
        rest.forEachRemaining(values::add);
        return values;
    }

    private static List<String> line(List<String> beginning, Set<String> rest) {
        List<String> fields = new ArrayList<>(beginning);
        fields.addAll(new TreeSet<>(rest));
        return fields;
    }

    /** A folder was made. */
    record FolderCreated(String account, String folder, long uidValidity) implements Change {
        static final String KIND = "folder-created";

        @Override
        public List<String> fields() {
            return List.of(KIND, account, folder, String.valueOf(uidValidity));
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.createFolder(this);
        }
    }

    /** A folder was deleted with what was in it. */
    record FolderDeleted(String account, String folder) implements Change {
        static final String KIND = "folder-deleted";

        @Override
        public List<String> fields() {
            return List.of(KIND, account, folder);
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.mailbox(account).folders().remove(folder);
        }
    }

    /** A folder's mails got new UIDs, from 1 in the old order, under a new UIDVALIDITY. */
    record FolderRenumbered(String account, String folder, long uidValidity) implements Change {
        static final String KIND = "folder-renumbered";

        @Override
        public List<String> fields() {
            return List.of(KIND, account, folder, String.valueOf(uidValidity));
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.renumber(this);
        }
    }

    /** A mail was put into a folder. */
    record MailStored(String account, String folder, long uid, Instant receivedAt, String file, Set<String> flags)
            implements Change {
        static final String KIND = "mail-stored";

        @Override
        public List<String> fields() {
            return line(List.of(KIND, account, folder, String.valueOf(uid), receivedAt.toString(), file), flags);
        }

        @Override
        public void replay(ProviderMemory memory) throws IOException {
            memory.folder(account, folder).restore(new MailEntry(uid, memory.mail(file), receivedAt, flags));
        }
    }

    /** A mail found no room. */
    record MailLost(String account) implements Change {
        static final String KIND = "mail-lost";

        @Override
        public List<String> fields() {
            return List.of(KIND, account);
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.mailbox(account).lost().incrementAndGet();
        }
    }

    /** A mail has these flags now and no others. */
    record FlagsSet(String account, String folder, long uid, Set<String> flags) implements Change {
        static final String KIND = "flags-set";

        @Override
        public List<String> fields() {
            return line(List.of(KIND, account, folder, String.valueOf(uid)), flags);
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.folder(account, folder).entriesAfter(uid - 1).get(0).setFlags(flags);
        }
    }

    /** Mails were removed from a folder. */
    record MailsExpunged(String account, String folder, Set<Long> uids) implements Change {
        static final String KIND = "mails-expunged";

        @Override
        public List<String> fields() {
            List<String> fields = new ArrayList<>(List.of(KIND, account, folder));
            uids.forEach(uid -> fields.add(String.valueOf(uid)));
            return fields;
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.folder(account, folder).remove(uids);
        }
    }

    /** Identifiers up to this number may have been written into mails. */
    record IdentifiersReserved(long upTo) implements Change {
        static final String KIND = "identifiers-reserved";

        @Override
        public List<String> fields() {
            return List.of(KIND, String.valueOf(upTo));
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.reserveIdentifiers(upTo);
        }
    }

    /** When one step of a message is due; steps are numbered in the order in which the message's fates imply them. */
    record PlannedStep(int index, Instant due) {}

    /**
     * A message was taken over SMTP. What it says itself is read from its file again.
     *
     * @param number the message's number
     * @param acceptedAt when
     * @param user the account that sent it
     * @param sender the reverse path
     * @param clientName what the client called itself
     * @param identifier the identifier it was given
     * @param file its bytes
     * @param refusal why it is answered with {@code non-accettazione}, if it is
     * @param fates what becomes of it at each recipient, in the order of the forward paths
     * @param steps what the provider does about it, in the order in which it does what is due at one time
     */
    record MessageAccepted(
            long number,
            Instant acceptedAt,
            String user,
            String sender,
            String clientName,
            String identifier,
            String file,
            Optional<Fate.NotAccepted> refusal,
            Map<String, Fate> fates,
            List<PlannedStep> steps)
            implements Change {
        static final String KIND = "message-accepted";

        @Override
        public List<String> fields() {
            List<String> fields = new ArrayList<>(List.of(
                    KIND,
                    String.valueOf(number),
                    acceptedAt.toString(),
                    user,
                    sender,
                    clientName,
                    identifier,
                    file,
                    String.valueOf(refusal.isPresent())));
            refusal.ifPresent(fate -> fields.addAll(FateFields.of(fate)));
            fields.add(String.valueOf(steps.size()));
            for (PlannedStep step : steps) {
                fields.add(String.valueOf(step.index()));
                fields.add(step.due().toString());
            }
            fates.forEach((recipient, fate) -> {
                fields.add(recipient);
                fields.addAll(FateFields.of(fate));
            });
            return fields;
        }

        static MessageAccepted read(Iterator<String> rest) {
            long number = Long.parseLong(rest.next());
            Instant acceptedAt = Instant.parse(rest.next());
            String user = rest.next();
            String sender = rest.next();
            String clientName = rest.next();
            String identifier = rest.next();
            String file = rest.next();
            Optional<Fate.NotAccepted> refusal = Boolean.parseBoolean(rest.next())
                    ? Optional.of((Fate.NotAccepted) FateFields.read(rest))
                    : Optional.empty();
            List<PlannedStep> steps = new ArrayList<>();
            for (int left = Integer.parseInt(rest.next()); left > 0; left--) {
                steps.add(new PlannedStep(Integer.parseInt(rest.next()), Instant.parse(rest.next())));
            }
            Map<String, Fate> fates = new LinkedHashMap<>();
            while (rest.hasNext()) {
                fates.put(rest.next(), FateFields.read(rest));
            }
            return new MessageAccepted(
                    number, acceptedAt, user, sender, clientName, identifier, file, refusal, fates, steps);
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.addMessage(this);
        }
    }

    /** A step of a message was done: its mails, in the same batch, are in their mailboxes. */
    record StepDone(long message, int index) implements Change {
        static final String KIND = "step-done";

        @Override
        public List<String> fields() {
            return List.of(KIND, String.valueOf(message), String.valueOf(index));
        }

        @Override
        public void replay(ProviderMemory memory) {
            memory.addDone(this);
        }
    }
}
