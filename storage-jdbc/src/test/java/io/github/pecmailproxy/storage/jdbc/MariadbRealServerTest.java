package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** Holds the store on a real MariaDB to the contract. */
@Tag("real-servers")
class MariadbRealServerTest extends EventStoreContract {
    @Override
    protected EventStore openStore() throws SQLException {
        return RealDatabases.mariadb().openEmpty();
    }

    @Override
    protected Optional<EventStore> reopen() {
        return Optional.of(RealDatabases.mariadb().open());
    }
}
