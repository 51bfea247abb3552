package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.MailProxyContract;
import java.sql.SQLException;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The engine on a real MariaDB. */
@Tag("real-servers")
class MailProxyOnMariadbRealServerTest extends MailProxyContract {
    @BeforeEach
    void empty() throws SQLException {
        RealDatabases.mariadb().openEmpty().close();
    }

    @Override
    protected EventStore openStore(InstantSource clock) {
        return RealDatabases.mariadb().open(clock);
    }
}
