package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.MailProxyContract;
import java.sql.SQLException;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The engine on a real PostgreSQL. */
@Tag("real-servers")
class MailProxyOnPostgresqlRealServerTest extends MailProxyContract {
    @BeforeEach
    void empty() throws SQLException {
        RealDatabases.postgresql().openEmpty().close();
    }

    @Override
    protected EventStore openStore(InstantSource clock) {
        return RealDatabases.postgresql().open(clock);
    }
}
