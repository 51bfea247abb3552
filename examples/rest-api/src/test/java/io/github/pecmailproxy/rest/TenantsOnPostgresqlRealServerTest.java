package io.github.pecmailproxy.rest;

import org.junit.jupiter.api.Tag;

/** Tenants on a real PostgreSQL. */
@Tag("real-servers")
class TenantsOnPostgresqlRealServerTest extends TenantsContract {
    @Override
    String url() {
        return DatabaseServer.postgresql();
    }
}
