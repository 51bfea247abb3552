package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** Holds the store on H2 in memory to the contract. */
class H2MemoryEventStoreTest extends EventStoreContract {
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private Connection keepsTheDatabase;

    @Override
    protected EventStore openStore() throws SQLException {
        keepsTheDatabase = DriverManager.getConnection(url, "sa", "");
        return JdbcEventStore.open(url);
    }

    @Override
    protected Optional<EventStore> reopen() {
        return Optional.of(JdbcEventStore.open(url));
    }

    @AfterEach
    void letTheDatabaseGo() throws SQLException {
        keepsTheDatabase.close();
    }
}
