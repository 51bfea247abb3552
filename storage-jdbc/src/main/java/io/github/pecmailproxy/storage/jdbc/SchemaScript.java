package io.github.pecmailproxy.storage.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A script that brings the tables from one version to the next, in the words of one database; the shipped ones are resources named
 * {@code DATABASE-VERSION.sql}. Immutable and thread-safe.
 *
 * <p>Where a statement that changes the schema commits by itself, a process may die when it was run and not yet counted. It is then run
 * again, and may find what it makes there already; a statement that changes rows must therefore do no harm the second time.
 *
 * @param version to which version it brings the schema
 * @param template the script, with {@code ${schema}} and {@code ${prefix}} before each name
 */
record SchemaScript(int version, String template) {
    /** The newest version. */
    static final int NEWEST_VERSION = 2;

    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*$\\R?");
    private static final Pattern END = Pattern.compile(";\\s*(\\R|$)");

    /** Returns all the scripts of a database, one for each version, from the first. */
    static List<SchemaScript> all(Database database) {
        return IntStream.rangeClosed(1, NEWEST_VERSION)
                .mapToObj(version -> of(database, version))
                .toList();
    }

    /** Returns the shipped script that brings a database to a version. */
    static SchemaScript of(Database database, int version) {
        String name = database.scriptName() + "-" + version + ".sql";
        try (InputStream in = SchemaScript.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("there is no schema script " + name);
            }
            return new SchemaScript(version, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns the script with its comments, for people. */
    String text(Tables tables) {
        return template.replace("${schema}", tables.qualifier()).replace("${prefix}", tables.prefix());
    }

    /** Returns the statements, for the database. */
    List<String> statements(Tables tables) {
        return END.splitAsStream(COMMENT.matcher(text(tables)).replaceAll(""))
                .filter(statement -> !statement.isBlank())
                .map(String::strip)
                .toList();
    }
}
