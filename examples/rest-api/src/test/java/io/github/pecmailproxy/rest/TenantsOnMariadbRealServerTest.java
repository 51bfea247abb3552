package io.github.pecmailproxy.rest;

import org.junit.jupiter.api.Tag;

/** Tenants on a real MariaDB, which by itself compares without regard to case and accents. */
@Tag("real-servers")
class TenantsOnMariadbRealServerTest extends TenantsContract {
    @Override
    String url() {
        return DatabaseServer.mariadb();
    }
}
