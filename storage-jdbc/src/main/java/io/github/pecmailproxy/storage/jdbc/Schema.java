package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoreException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the tables and brings them up to date, one node at a time. Stateless and thread-safe.
 *
 * <p>A table of versions says how far the schema is. Where a statement that changes the schema commits by itself, the lock lies with a
 * connection of its own, and a script that was broken off goes on where it stopped: the table says that too.
 */
final class Schema {
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

    private static final String VERSION_TABLE =
            "CREATE TABLE {schema_version} (version INTEGER NOT NULL PRIMARY KEY, statements INTEGER NOT NULL)";

    private static final String STORE_ID = "store_id";
    private static final int STORE_ID_LENGTH = 20;
    private static final String STORE_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

    private final ConnectionSource connections;
    private final Dialect dialect;
    private final Tables tables;
    private final List<SchemaScript> scripts;

    /**
     * Prepares.
     *
     * @param scripts one for each version, from the first
     */
    Schema(ConnectionSource connections, Dialect dialect, Tables tables, List<SchemaScript> scripts) {
        this.connections = connections;
        this.dialect = dialect;
        this.tables = tables;
        this.scripts = scripts;
    }

    private int newest() {
        return scripts.size();
    }

    /** How far the schema is: the last version that is complete, and how many statements of the next one were run. */
    private record Progress(int version, int statements) {}

    /** Returns what {@link #create} does to tables of a version, 0 for none, as one script. */
    static String script(List<SchemaScript> scripts, Tables tables, int from) {
        StringBuilder script = new StringBuilder();
        if (from == 0) {
            script.append(tables.sql(VERSION_TABLE)).append(";\n\n");
        }
        for (SchemaScript part : scripts.subList(from, scripts.size())) {
            script.append(part.text(tables))
                    .append(tables.sql("\nINSERT INTO {schema_version} (version, statements) VALUES ("))
                    .append(part.version())
                    .append(", ")
                    .append(part.statements(tables).size())
                    .append(");\n");
        }
        return script.toString();
    }

    /** Creates what is missing, waiting for any other node that is doing so. */
    void create() throws SQLException {
        if (version() == newest()) {
            return;
        }
        if (dialect.changesSchemaInTransactions()) {
            on(false, session -> {
                dialect.lockSchema(session);
                createNamespace(session);
                migrate(session);
                session.connection().commit();
                return true;
            });
        } else {
            on(true, this::createNamespace);
            on(false, lock -> {
                dialect.lockSchema(lock);
                try {
                    return on(true, this::migrate);
                } finally {
                    dialect.unlockSchema(lock);
                }
            });
        }
    }

    /** Works on a connection that goes back as it came. */
    private <T> T on(boolean autoCommit, Transactions.Work<T> work) throws SQLException {
        Connection connection = connections.take();
        boolean healthy = false;
        try {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(autoCommit);
            try {
                T result = work.run(new Session(connection, dialect, tables));
                healthy = true;
                return result;
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                }
                connection.setAutoCommit(before);
            }
        } finally {
            connections.giveBack(connection, !healthy);
        }
    }

    private boolean migrate(Session session) throws SQLException {
        if (!exists(session.connection(), "schema_version")) {
            execute(session, tables.sql(VERSION_TABLE));
        }
        for (SchemaScript script : scripts) {
            migrate(session, script);
        }
        return true;
    }

    private void migrate(Session session, SchemaScript script) throws SQLException {
        List<String> statements = script.statements(tables);
        Optional<Integer> begun = begun(session, script.version());
        int next = Math.min(begun.orElse(0), statements.size());
        if (next < statements.size()) {
            LOG.info("Bringing the tables {}* to schema version {}", tables.name(""), script.version());
        }
        // Whoever began may have died between running a statement and counting it.
        boolean mayBeThere = begun.isPresent();
        for (; next < statements.size(); next++) {
            try {
                execute(session, statements.get(next));
            } catch (SQLException failure) {
                if (!mayBeThere || !dialect.saysAlreadyThere(failure)) {
                    throw failure;
                }
            }
            mayBeThere = false;
            int done = next + 1;
            session.update(
                    "UPDATE {schema_version} SET statements = ? WHERE version = ?",
                    parameters -> parameters.small(done).small(script.version()));
        }
    }

    /** Returns how many statements of a version were run already, or nothing when it was not begun; now it is. */
    private static Optional<Integer> begun(Session session, int version) throws SQLException {
        List<Integer> done = session.list(
                "SELECT statements FROM {schema_version} WHERE version = ?",
                parameters -> parameters.small(version),
                Row::small);
        if (done.isEmpty()) {
            session.update(
                    "INSERT INTO {schema_version} (version, statements) VALUES (?, 0)",
                    parameters -> parameters.small(version));
            return Optional.empty();
        }
        return Optional.of(done.get(0));
    }

    /** Creates the schema if it is missing, where that is not a matter for administrators. */
    private boolean createNamespace(Session session) throws SQLException {
        String schema = tables.schema();
        boolean creates = dialect.database() == Database.H2 || dialect.database() == Database.POSTGRESQL;
        if (schema == null || !creates || hasNamespace(session, schema)) {
            return false;
        }
        try {
            execute(session, "CREATE SCHEMA " + schema);
        } catch (SQLException failure) {
            // Another node may have been faster.
            if (!hasNamespace(session, schema)) {
                throw failure;
            }
        }
        return true;
    }

    private static boolean hasNamespace(Session session, String schema) throws SQLException {
        try (ResultSet rows = session.connection().getMetaData().getSchemas()) {
            while (rows.next()) {
                if (schema.equalsIgnoreCase(rows.getString(1))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void execute(Session session, String sql) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute(sql);
        }
    }

    /** Fails unless the schema is of this version. */
    void check() throws SQLException {
        int version = version();
        if (version == 0) {
            throw new StoreException(
                    "the tables " + tables.name("") + "* do not exist: create them with the script of"
                            + " JdbcEventStore.writeSchema, or let the store create them",
                    null);
        }
        if (version < newest()) {
            throw new StoreException(
                    "the tables " + tables.name("") + "* are of schema version " + version + ", needed is " + newest(),
                    null);
        }
        if (version > newest()) {
            throw new StoreException(
                    "the tables " + tables.name("") + "* are of schema version " + version
                            + ", written by a newer release; this one knows " + newest(),
                    null);
        }
    }

    /** Returns the version that is complete, 0 for none. */
    private int version() throws SQLException {
        return on(true, session -> exists(session.connection(), "schema_version") ? complete(session) : 0);
    }

    private int complete(Session session) throws SQLException {
        int complete = 0;
        for (Progress progress : session.list(
                "SELECT version, statements FROM {schema_version} ORDER BY version",
                Session.Binder.NONE,
                row -> new Progress(row.small(), row.small()))) {
            boolean known = progress.version() <= newest();
            if (!known
                    || progress.statements()
                            >= scripts.get(progress.version() - 1)
                                    .statements(tables)
                                    .size()) {
                complete = progress.version();
            }
        }
        return complete;
    }

    private boolean exists(Connection connection, String table) throws SQLException {
        DatabaseMetaData metaData = connection.getMetaData();
        String name = stored(metaData, tables.prefix() + table);
        @Nullable String schema = tables.schema() == null ? connection.getSchema() : stored(metaData, tables.schema());
        boolean catalogs = dialect.database() == Database.MARIADB || dialect.database() == Database.MYSQL;
        @Nullable
        String catalog = catalogs
                ? (tables.schema() == null ? connection.getCatalog() : tables.schema())
                : connection.getCatalog();
        try (ResultSet rows = metaData.getTables(catalog, catalogs ? null : schema, pattern(metaData, name), null)) {
            return rows.next();
        }
    }

    private static String stored(DatabaseMetaData metaData, String identifier) throws SQLException {
        if (metaData.storesUpperCaseIdentifiers()) {
            return identifier.toUpperCase(Locale.ROOT);
        }
        return metaData.storesLowerCaseIdentifiers() ? identifier.toLowerCase(Locale.ROOT) : identifier;
    }

    /** The underscores of our names are no wildcards. */
    private static String pattern(DatabaseMetaData metaData, String name) throws SQLException {
        return name.replace("_", metaData.getSearchStringEscape() + "_");
    }

    /** Finds the identity of the store, and makes it up when it has none yet. */
    static String storeId(Session session) throws SQLException {
        while (true) {
            List<String> id = session.list(
                    "SELECT content FROM {meta} WHERE name = ?", parameters -> parameters.text(STORE_ID), Row::text);
            if (!id.isEmpty()) {
                return id.get(0);
            }
            session.insertNew(
                    "INSERT INTO {meta} (name, content) VALUES (?, ?)",
                    "name",
                    List.of(newStoreId()),
                    (parameters, each) -> parameters.text(STORE_ID).text(each));
        }
    }

    private static String newStoreId() {
        StringBuilder id = new StringBuilder(STORE_ID_LENGTH);
        new SecureRandom()
                .ints(STORE_ID_LENGTH, 0, STORE_ID_CHARACTERS.length())
                .forEach(position -> id.append(STORE_ID_CHARACTERS.charAt(position)));
        return id.toString();
    }
}
