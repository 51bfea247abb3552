package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** Holds the store on a real PostgreSQL to the contract. */
@Tag("real-servers")
class PostgresqlRealServerTest extends EventStoreContract {
    @Override
    protected EventStore openStore() throws SQLException {
        return RealDatabases.postgresql().openEmpty();
    }

    @Override
    protected Optional<EventStore> reopen() {
        return Optional.of(RealDatabases.postgresql().open());
    }
}
