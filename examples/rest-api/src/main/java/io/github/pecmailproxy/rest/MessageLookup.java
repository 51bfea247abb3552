package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import java.util.List;
import java.util.Optional;
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
        return within(caller, tenant)
                .find(id)
                .orElseThrow(() -> ApiException.notFound("message " + InvalidValueException.quote(id) + " is unknown"));
    }

    /** Prepares to look for several messages. */
    Search within(Caller caller, @Nullable String tenant) {
        String scope = caller.scope(tenant);
        return new Search(proxy, scope != null ? List.of(scope) : tenants.ids());
    }

    /** Looks for messages of some tenants. */
    record Search(MailProxy proxy, List<String> tenants) {
        Optional<TrackedMessage> find(String id) {
            List<TrackedMessage> found = tenants.stream()
                    .map(name -> proxy.message(new MessageKey(name, id)))
                    .flatMap(Optional::stream)
                    .limit(2)
                    .toList();
            if (found.size() > 1) {
                throw ApiException.conflict("message " + InvalidValueException.quote(id)
                        + " is there for several tenants: name the tenant_id");
            }
            return found.stream().findFirst();
        }
    }
}
