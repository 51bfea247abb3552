package io.github.pecmailproxy.storage.jdbc;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names the tables: an optional schema and a prefix, both plain identifiers that need no quoting. Immutable and thread-safe.
 *
 * @param schema the schema, null for the connection's own
 * @param prefix what every table's name begins with
 */
record Tables(@Nullable String schema, String prefix) {
    static final String DEFAULT_PREFIX = "pmp_";

    private static final Pattern SCHEMA = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,62}");
    // Oracle before 12.2 allows 30 characters for a whole name, and our longest is 23.
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,19}");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

    Tables {
        if (schema != null && !SCHEMA.matcher(schema).matches()) {
            throw new IllegalArgumentException(
                    "schema: must be a letter and up to 62 letters, digits or underscores: " + schema);
        }
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "tablePrefix: must be a letter and up to 19 letters, digits or underscores: " + prefix);
        }
    }

    /** Returns the qualified name of a table. */
    String name(String table) {
        return qualifier() + prefix + table;
    }

    /** Returns the schema with its dot, or nothing. */
    String qualifier() {
        return schema == null ? "" : schema + ".";
    }

    /** Writes the qualified names in place of {@code {table}}. */
    String sql(String template) {
        Matcher place = PLACE.matcher(template);
        StringBuilder sql = new StringBuilder(template.length() + 64);
        while (place.find()) {
            place.appendReplacement(sql, name(place.group(1)));
        }
        return place.appendTail(sql).toString();
    }
}
