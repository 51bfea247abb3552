package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the message that a caller means by an id. Ids are unique within a tenant only, and the administrator need not name one. */
final class MessageLookup {
    private final MailProxy proxy;
    private final Tenants tenants;

    MessageLookup(MailProxy proxy, Tenants tenants) {
        this.proxy = proxy;
        this.tenants = tenants;
    }

    /**
     * Finds a message.
     *
     * @throws ApiException if there is none that the caller may see, or several
     */
    TrackedMessage find(Caller caller, @Nullable String tenant, String id) {
        return search(caller, tenant, id)
                .orElseThrow(() -> ApiException.notFound("message " + InvalidValueException.quote(id) + " is unknown"));
    }

    Optional<TrackedMessage> search(Caller caller, @Nullable String tenant, String id) {
        String scope = caller.scope(tenant);
        Stream<String> searched =
                scope != null ? Stream.of(scope) : tenants.all().stream().map(Tenants.Tenant::id);
        List<TrackedMessage> found = searched.map(name -> proxy.message(new MessageKey(name, id)))
                .flatMap(Optional::stream)
                .limit(2)
                .toList();
        if (found.size() > 1) {
            throw ApiException.conflict(
                    "message " + InvalidValueException.quote(id) + " is there for several tenants: name the tenant_id");
        }
        return found.stream().findFirst();
    }
}
