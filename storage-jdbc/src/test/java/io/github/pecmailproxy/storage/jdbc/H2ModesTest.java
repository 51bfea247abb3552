package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.EnqueueOutcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H2 as a server for several nodes, and what is said of an H2 that forgets. */
class H2ModesTest {
    private static final Pattern WARNING = Pattern.compile("The store is not durable");

    @TempDir
    private Path directory;

    @Test
    void servesSeveralNodesAsAServer() throws SQLException {
        Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", directory.toString())
                .start();
        String url = "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/./store";
        JdbcConnectionPool one = JdbcConnectionPool.create(url, "sa", "");
        JdbcConnectionPool two = JdbcConnectionPool.create(url, "sa", "");
        try (JdbcEventStore first = JdbcEventStore.builder().dataSource(one).build();
                JdbcEventStore second = JdbcEventStore.builder().dataSource(two).build()) {
            assertThat(second.id()).isEqualTo(first.id());
            first.enqueue(List.of(message("1").build()));
            assertThat(second.message(MessageKey.of("1"))).isPresent();
            assertThat(second.enqueue(List.of(message("1").build())))
                    .singleElement()
                    .isInstanceOf(EnqueueOutcome.AlreadyStored.class);
        } finally {
            one.dispose();
            two.dispose();
            server.stop();
        }
    }

    @Test
    void saysOnceThatAStoreInMemoryForgets() {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
        assertThat(warnings(pool)).isEqualTo(1);
        pool.dispose();
    }

    @Test
    void saysNothingOfAStoreInAFile() {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:file:" + directory.resolve("kept"), "sa", "");
        assertThat(warnings(pool)).isZero();
        pool.dispose();
    }

    /** Counts what the log says while a store is opened and used. */
    private static long warnings(JdbcConnectionPool pool) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (JdbcEventStore store = JdbcEventStore.builder().dataSource(pool).build()) {
            for (int i = 0; i < 5; i++) {
                store.enqueue(List.of(message("m" + i).build()));
            }
        } finally {
            System.setErr(before);
        }
        return WARNING.matcher(log.toString(StandardCharsets.UTF_8)).results().count();
    }
}
