package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.MailProxyContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.io.TempDir;

/** The engine on an H2 file. */
class MailProxyOnH2Test extends MailProxyContract {
    @TempDir
    private Path folder;

    @Override
    protected EventStore openStore(InstantSource clock) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + folder.resolve("pec") + ";DB_CLOSE_DELAY=3");
        return JdbcEventStore.builder().dataSource(database).clock(clock).build();
    }
}
