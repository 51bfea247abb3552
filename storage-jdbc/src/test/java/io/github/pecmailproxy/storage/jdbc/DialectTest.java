package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.sql.BatchUpdateException;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows what differs between databases, as far as that needs no server. */
class DialectTest {
    @ParameterizedTest
    @CsvSource({
        "H2, 23505, 23505, DUPLICATE",
        "H2, 40001, 40001, CONTENDED",
        "H2, 90131, 90131, CONTENDED",
        "H2, HYT00, 50200, UNAVAILABLE",
        "H2, 90098, 90098, DISCONNECTED",
        "H2, 22001, 22001, PERMANENT",
        "POSTGRESQL, 23505, 0, DUPLICATE",
        "POSTGRESQL, 40P01, 0, CONTENDED",
        "POSTGRESQL, 40001, 0, CONTENDED",
        "POSTGRESQL, 57P01, 0, DISCONNECTED",
        "POSTGRESQL, 08006, 0, DISCONNECTED",
        "POSTGRESQL, 53100, 0, UNAVAILABLE",
        "POSTGRESQL, 55P03, 0, UNAVAILABLE",
        "POSTGRESQL, 25006, 0, UNAVAILABLE",
        "POSTGRESQL, 22021, 0, PERMANENT",
        "POSTGRESQL, 42501, 0, PERMANENT",
        "MARIADB, 23000, 1062, DUPLICATE",
        "MARIADB, 40001, 1213, CONTENDED",
        "MARIADB, HY000, 1205, UNAVAILABLE",
        "MARIADB, HY000, 1021, UNAVAILABLE",
        "MARIADB, 70100, 1927, DISCONNECTED",
        "MARIADB, 08S01, 2013, DISCONNECTED",
        "MARIADB, 22001, 1406, PERMANENT",
        "MYSQL, 23000, 1062, DUPLICATE",
        "MYSQL, HY000, 1290, UNAVAILABLE",
        "ORACLE, 23000, 1, DUPLICATE",
        "ORACLE, 61000, 60, CONTENDED",
        "ORACLE, 66000, 3113, DISCONNECTED",
        "ORACLE, 72000, 1653, UNAVAILABLE",
        "ORACLE, 42000, 942, PERMANENT",
        "SQL_SERVER, 23000, 2627, DUPLICATE",
        "SQL_SERVER, 40001, 1205, CONTENDED",
        "SQL_SERVER, S0001, 1222, UNAVAILABLE",
        "SQL_SERVER, S0002, 208, PERMANENT"
    })
    void tellsWhatAnErrorMeans(Database database, String state, int code, Fault meaning) {
        assertThat(Dialect.of(database).fault(new SQLException("made up", state, code)))
                .isEqualTo(meaning);
    }

    @Test
    void looksBehindTheFailureOfABatchAndAtTheClassOfTheDriver() {
        Dialect dialect = Dialect.of(Database.POSTGRESQL);
        BatchUpdateException batch = new BatchUpdateException("made up", "99999", new int[0]);
        batch.setNextException(new SQLException("made up", "40P01"));

        assertThat(dialect.fault(batch)).isEqualTo(Fault.CONTENDED);
        assertThat(dialect.fault(new SQLRecoverableException("made up"))).isEqualTo(Fault.DISCONNECTED);
        assertThat(dialect.fault(new SQLTransientConnectionException("pool exhausted")))
                .isEqualTo(Fault.UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(Database.class)
    void hasAScriptWithAllTablesAndIndexes(Database database) throws IOException {
        StringWriter script = new StringWriter();
        JdbcEventStore.writeSchema(script, database, "mail", "x_");
        String text = script.toString();

        assertThat(created("TABLE", text)).containsAll(created("TABLE", scriptOf(Database.H2)));
        assertThat(created("INDEX", text)).isEqualTo(created("INDEX", scriptOf(Database.H2)));
        assertThat(text).doesNotContain("${").contains("mail.x_message").contains("INSERT INTO mail.x_schema_version");
        assertThat(SchemaScript.of(database, 1).statements(new Tables("mail", "x_")))
                .hasSizeGreaterThan(35)
                .allMatch(statement -> !statement.startsWith("--") && !statement.endsWith(";"));
    }

    private static String scriptOf(Database database) throws IOException {
        StringWriter script = new StringWriter();
        JdbcEventStore.writeSchema(script, database, "mail", "x_");
        return script.toString();
    }

    private static Set<String> created(String kind, String script) {
        Matcher names = Pattern.compile("CREATE (?:UNIQUE )?" + kind + " (?:IF NOT EXISTS )?(?:mail\\.)?(x_\\w+)")
                .matcher(script);
        Set<String> created = new TreeSet<>();
        while (names.find()) {
            created.add(names.group(1));
        }
        return created;
    }

    @Test
    void writesLocksAndLimitsAsEachDatabaseWantsThem() {
        String select = "SELECT a FROM t /*hint*/ WHERE b = ? ORDER BY a";

        assertThat(Dialect.of(Database.POSTGRESQL)
                        .lockingFree(Dialect.of(Database.POSTGRESQL).limited(select)))
                .endsWith("ORDER BY a LIMIT ? FOR UPDATE SKIP LOCKED");
        assertThat(Dialect.of(Database.ORACLE).limited(select)).endsWith("FETCH FIRST ? ROWS ONLY");
        assertThat(Dialect.of(Database.ORACLE).locksOnlyWhatItReturns()).isFalse();
        assertThat(Dialect.of(Database.SQL_SERVER).lockingFree(select))
                .isEqualTo("SELECT a FROM t WITH (UPDLOCK, ROWLOCK, READPAST) WHERE b = ? ORDER BY a");
        assertThat(Dialect.of(Database.SQL_SERVER).locking(select)).contains("WITH (UPDLOCK, ROWLOCK) WHERE");
        assertThat(Dialect.of(Database.SQL_SERVER).limited(select)).endsWith("OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY");
        assertThat(MysqlDialect.numbersInsert(3)).isEqualTo("INSERT INTO {sequence} (n) VALUES (NULL), (NULL), (NULL)");
    }

    @ParameterizedTest
    @CsvSource({
        "H2, 2.5.252, H2",
        "PostgreSQL, 15.1, POSTGRESQL",
        "MariaDB, 10.11, MARIADB",
        "MySQL, 5.5.5-10.6.1-MariaDB, MARIADB",
        "MySQL, 8.0.36, MYSQL",
        "Oracle, 19, ORACLE",
        "Microsoft SQL Server, 15, SQL_SERVER"
    })
    void recognisesTheDatabaseFromItsName(String product, String version, Database database) throws SQLException {
        assertThat(Database.of(metaData(product, version))).isEqualTo(database);
    }

    @Test
    void namesADatabaseThatItDoesNotKnow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Database.of(metaData("Apache Derby", "10")))
                .withMessageContaining("Apache Derby");
    }

    @ParameterizedTest
    @CsvSource({"'a b'", "'1a'", "''", "'a;drop'", "'a\"'", "'a.b'"})
    void refusesNamesThatNeedQuotes(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcEventStore.builder().schema(name))
                .withMessageContaining("schema");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcEventStore.builder().tablePrefix(name))
                .withMessageContaining("tablePrefix");
    }

    private static DatabaseMetaData metaData(String product, String version) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                DialectTest.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getDatabaseProductName" -> product;
                    case "getDatabaseProductVersion" -> version;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
