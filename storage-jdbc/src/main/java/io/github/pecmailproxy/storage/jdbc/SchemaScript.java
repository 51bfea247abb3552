package io.github.pecmailproxy.storage.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The scripts that create the tables and bring them from one version to the next: resources named {@code DATABASE-VERSION.sql}. Immutable
 * and thread-safe.
 *
 * @param database for which database
 * @param version to which version it brings the schema
 */
record SchemaScript(Database database, int version) {
    /** The newest version. */
    static final int NEWEST_VERSION = 1;

    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*$\\R?");
    private static final Pattern END = Pattern.compile(";\\s*(\\R|$)");

    /** Returns the script with its comments, for people. */
    String text(Tables tables) {
        return read().replace("${schema}", tables.qualifier()).replace("${prefix}", tables.prefix());
    }

    /** Returns the statements, for the database. */
    List<String> statements(Tables tables) {
        return END.splitAsStream(COMMENT.matcher(text(tables)).replaceAll(""))
                .filter(statement -> !statement.isBlank())
                .map(String::strip)
                .toList();
    }

    private String read() {
        String name = database.scriptName() + "-" + version + ".sql";
        try (InputStream in = SchemaScript.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("there is no schema script " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
