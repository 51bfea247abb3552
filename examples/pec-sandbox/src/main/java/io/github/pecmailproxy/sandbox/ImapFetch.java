package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The items of one FETCH (RFC 3501 section 6.4.5), and how they are written for a mail. Used by one thread. */
final class ImapFetch {
    /** Writes one item. */
    private interface Item {
        void write(Wire wire, MailEntry entry) throws IOException;
    }

    private final List<Item> items = new ArrayList<>();
    private boolean marksSeen;
    private boolean namesFlags;
    private boolean namesUid;

    private ImapFetch() {}

    static ImapFetch parse(ImapCommand command, boolean byUid) throws ImapCommand.Malformed {
        ImapFetch fetch = new ImapFetch();
        if (command.accept('(')) {
            while (!command.accept(')')) {
                fetch.add(command);
                while (command.accept(' ')) {
                    // one blank separates items; more do no harm
                }
            }
        } else {
            fetch.add(command);
        }
        if (byUid && !fetch.namesUid) {
            fetch.items.add(0, ImapFetch::writeUid);
        }
        return fetch;
    }

    void write(Wire wire, int sequenceNumber, ImapView view) throws IOException {
        MailEntry entry = view.get(sequenceNumber);
        boolean seenNow = marksSeen && !view.readOnly() && !entry.hasFlag("\\Seen");
        if (seenNow) {
            view.folder().addFlags(entry, Set.of("\\Seen"));
        }
        wire.write("* " + sequenceNumber + " FETCH (");
        boolean first = true;
        for (Item item : items) {
            if (!first) {
                wire.write(" ");
            }
            first = false;
            item.write(wire, entry);
        }
        if (seenNow && !namesFlags) {
            wire.write(" FLAGS " + ImapText.flags(entry.flags()));
        }
        wire.write(")\r\n");
    }

    private void add(ImapCommand command) throws ImapCommand.Malformed {
        String name = command.keyword();
        switch (name) {
            case "ALL" -> macro("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE");
            case "FAST" -> macro("FLAGS", "INTERNALDATE", "RFC822.SIZE");
            case "FULL" -> macro("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY");
            case "BODY", "BODY.PEEK" -> {
                if (command.peek() == '[') {
                    section(ImapSection.parse(command), name.equals("BODY"));
                } else {
                    simple(name);
                }
            }
            default -> simple(name);
        }
    }

    private void macro(String... names) throws ImapCommand.Malformed {
        for (String name : names) {
            simple(name);
        }
    }

    private void simple(String name) throws ImapCommand.Malformed {
        switch (name) {
            case "UID" -> {
                namesUid = true;
                items.add(ImapFetch::writeUid);
            }
            case "FLAGS" -> {
                namesFlags = true;
                items.add((wire, entry) -> wire.write("FLAGS " + ImapText.flags(entry.flags())));
            }
            case "INTERNALDATE" ->
                items.add((wire, entry) -> wire.write("INTERNALDATE " + ImapText.internalDate(entry.receivedAt())));
            case "RFC822.SIZE" -> items.add((wire, entry) -> wire.write("RFC822.SIZE " + entry.raw().length));
            case "ENVELOPE" -> items.add((wire, entry) -> wire.write("ENVELOPE " + ImapText.envelope(entry.headers())));
            case "BODYSTRUCTURE" ->
                items.add((wire, entry) ->
                        wire.write("BODYSTRUCTURE " + ImapText.bodyStructure(MimePart.parse(entry.raw()), true)));
            case "BODY" ->
                items.add((wire, entry) ->
                        wire.write("BODY " + ImapText.bodyStructure(MimePart.parse(entry.raw()), false)));
            case "RFC822" -> named("RFC822", ImapSection.WHOLE, true);
            case "RFC822.HEADER" -> named("RFC822.HEADER", ImapSection.WHOLE.side("HEADER"), false);
            case "RFC822.TEXT" -> named("RFC822.TEXT", ImapSection.WHOLE.side("TEXT"), true);
            default -> throw new ImapCommand.Malformed("unknown item " + name);
        }
    }

    private void section(ImapSection section, boolean seen) {
        named(section.label(), section, seen);
    }

    private void named(String label, ImapSection section, boolean seen) {
        marksSeen |= seen;
        items.add((wire, entry) -> {
            Optional<ImapSection.Slice> slice = section.of(entry);
            wire.write(label);
            if (slice.isEmpty()) {
                wire.write(" NIL");
            } else {
                byte[] head = (" {" + slice.get().length() + "}\r\n").getBytes(StandardCharsets.US_ASCII);
                wire.write(head, 0, head.length);
                wire.write(slice.get().bytes(), slice.get().from(), slice.get().length());
            }
        });
    }

    private static void writeUid(Wire wire, MailEntry entry) throws IOException {
        wire.write("UID " + entry.uid());
    }
}
