package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.MessageKey;
import org.jspecify.annotations.Nullable;

/**
 * Who asks: the administrator, or a tenant that sees nothing but its own.
 *
 * @param tenant the tenant, null for the administrator
 */
record Caller(@Nullable String tenant) {
    static final Caller ADMINISTRATOR = new Caller(null);

    /** The request attribute under which {@link ApiGate} leaves the caller for the controllers. */
    static final String ATTRIBUTE = "caller";

    boolean isAdministrator() {
        return tenant == null;
    }

    boolean mayUse(AccountKey account) {
        return tenant == null || tenant.equals(account.tenant());
    }

    /** Lets pass what only the administrator may do. */
    void requireAdministrator() {
        if (tenant != null) {
            throw ApiException.forbidden("only the administrator's token may do this");
        }
    }

    /**
     * Narrows a request to a tenant.
     *
     * @param asked the tenant that the request names, if any
     * @return the caller's own tenant, or for the administrator the one asked for; null for every tenant
     */
    @Nullable
    String scope(@Nullable String asked) {
        if (tenant != null && asked != null && !tenant.equals(asked)) {
            throw ApiException.forbidden("tenant_id: this token is for another tenant");
        }
        return tenant == null ? named(asked) : tenant;
    }

    private static @Nullable String named(@Nullable String asked) {
        return asked == null ? null : FieldCheck.identifier("tenant_id", asked, MessageKey.LONGEST_TENANT);
    }
}
