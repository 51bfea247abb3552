package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EvidenceContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.io.TempDir;

/** The evidence that an H2 file keeps. */
class EvidenceOnH2Test extends EvidenceContract {
    @TempDir
    private Path database;

    @Override
    protected EventStore openStore(InstantSource clock) {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:file:" + database.resolve("pec"));
        return JdbcEventStore.builder().dataSource(source).clock(clock).build();
    }
}
