package io.github.pecmailproxy.rest;

/** Tenants on H2. */
class TenantsOnH2Test extends TenantsContract {
    @Override
    String url() {
        return "jdbc:h2:mem:tenants;DB_CLOSE_DELAY=-1";
    }
}
