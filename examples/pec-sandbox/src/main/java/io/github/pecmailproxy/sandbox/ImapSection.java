package io.github.pecmailproxy.sandbox;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A piece of a mail as {@code BODY[…]} names it (RFC 3501 section 6.4.5). Immutable.
 *
 * @param path the numbers of the part, empty for the mail itself
 * @param what which side of it: empty, HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME
 * @param fields the header names, for the two that have some
 * @param offset where to begin, -1 for no partial fetch
 * @param length how much at most, when there is an offset
 */
record ImapSection(List<Integer> path, String what, List<String> fields, long offset, long length) {
    static final ImapSection WHOLE = new ImapSection(List.of(), "", List.of(), -1, 0);

    /** A range of bytes of some array. */
    record Slice(byte[] bytes, int from, int length) {
        static Slice of(byte[] bytes) {
            return new Slice(bytes, 0, bytes.length);
        }
    }

    /** The same piece's other side. */
    ImapSection side(String side) {
        return new ImapSection(path, side, fields, offset, length);
    }

    /** Reads what stands after {@code BODY}, from the bracket on. */
    static ImapSection parse(ImapCommand command) throws ImapCommand.Malformed {
        command.expect('[');
        List<Integer> path = new ArrayList<>();
        String what = "";
        List<String> fields = List.of();
        if (command.peek() != ']') {
            String[] words = command.keyword().split("\\.");
            int next = 0;
            while (next < words.length && words[next].matches("[1-9]\\d{0,4}")) {
                path.add(Integer.valueOf(words[next++]));
            }
            what = String.join(".", List.of(words).subList(next, words.length));
            if (what.startsWith("HEADER.FIELDS")) {
                command.space();
                fields = command.stringList();
            }
            if (!List.of("", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME")
                    .contains(what)) {
                throw new ImapCommand.Malformed("unknown section " + what);
            }
        }
        command.expect(']');
        long offset = -1;
        long length = 0;
        if (command.accept('<')) {
            String[] numbers = command.atom().replace(">", "").split("\\.");
            try {
                offset = Long.parseLong(numbers[0]);
                length = numbers.length > 1 ? Long.parseLong(numbers[1]) : Long.MAX_VALUE;
            } catch (NumberFormatException e) {
                throw new ImapCommand.Malformed("a partial fetch needs numbers");
            }
        }
        return new ImapSection(List.copyOf(path), what, fields, offset, length);
    }

    /** The name the response repeats. */
    String label() {
        StringBuilder out = new StringBuilder("BODY[");
        path.forEach(number ->
                out.append(out.charAt(out.length() - 1) == '[' ? "" : ".").append(number));
        if (!what.isEmpty()) {
            out.append(path.isEmpty() ? "" : ".").append(what);
        }
        if (!fields.isEmpty()) {
            out.append(" (");
            fields.forEach(field ->
                    out.append(out.charAt(out.length() - 1) == '(' ? "" : " ").append(ImapText.string(field)));
            out.append(')');
        }
        out.append(']');
        return offset < 0
                ? out.toString()
                : out.append('<').append(offset).append('>').toString();
    }

    /** Cuts the piece out, or returns empty when the mail has no such part. */
    Optional<Slice> of(MailEntry entry) {
        return whole(entry).map(slice -> {
            if (offset < 0) {
                return slice;
            }
            int skipped = (int) Math.min(offset, slice.length());
            return new Slice(slice.bytes(), slice.from() + skipped, (int) Math.min(length, slice.length() - skipped));
        });
    }

    private Optional<Slice> whole(MailEntry entry) {
        byte[] raw = entry.raw();
        if (path.isEmpty()) {
            int body = Math.min(entry.headers().bodyOffset(), raw.length);
            return Optional.of(
                    switch (what) {
                        case "HEADER" -> new Slice(raw, 0, body);
                        case "TEXT" -> new Slice(raw, body, raw.length - body);
                        case "HEADER.FIELDS", "HEADER.FIELDS.NOT" -> Slice.of(selected(entry.headers()));
                        default -> Slice.of(raw);
                    });
        }
        return part(MimePart.parse(raw)).map(part -> {
            int start = part.start();
            int body = part.bodyStart();
            if (what.equals("MIME")) {
                return new Slice(raw, start, body - start);
            }
            if (what.isEmpty() || !part.isMessage()) {
                return new Slice(raw, body, part.end() - body);
            }
            MimePart inner = part.children().get(0);
            return switch (what) {
                case "HEADER" -> new Slice(raw, inner.start(), inner.bodyStart() - inner.start());
                case "TEXT" -> new Slice(raw, inner.bodyStart(), inner.end() - inner.bodyStart());
                default -> Slice.of(selected(inner.headers()));
            };
        });
    }

    private Optional<MimePart> part(MimePart root) {
        MimePart current = root;
        for (int level = 0; level < path.size(); level++) {
            // a number below a message/rfc822 counts the parts of the mail inside
            if (level > 0 && current.isMessage()) {
                current = current.children().get(0);
            }
            int number = path.get(level);
            if (current.isMultipart()) {
                if (number > current.children().size()) {
                    return Optional.empty();
                }
                current = current.children().get(number - 1);
            } else if (number != 1) {
                return Optional.empty();
            }
        }
        return Optional.of(current);
    }

    private byte[] selected(MailHeaders headers) {
        boolean not = what.endsWith("NOT");
        List<String> names =
                fields.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MailHeaders.write(
                headers.fields().stream()
                        .filter(field -> names.contains(field.name().toLowerCase(Locale.ROOT)) != not)
                        .toList(),
                out);
        out.write('\r');
        out.write('\n');
        return out.toByteArray();
    }
}
