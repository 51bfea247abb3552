package io.github.pecmailproxy.rest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of the tenants, as their table has them. Where one tenant's reports go is read each time; which tenants there are to call
 * is asked every second, and all of them are read and their secrets decrypted only every {@link #LONGEST_KEPT}. Thread-safe.
 */
final class TenantEndpoints implements HttpSyncSink.EndpointSource {
    /** So late may a tenant that is new be called for the first time when it has nothing to hear. */
    static final Duration LONGEST_KEPT = Duration.ofSeconds(10);

    private final Function<String, Optional<Tenants.Tenant>> find;
    private final Supplier<List<Tenants.Tenant>> all;
    private final HttpSyncSink.@Nullable Endpoint everybodys;
    private final Duration kept;
    private final InstantSource clock;
    private @Nullable Read last;

    private record Read(List<String> tenants, Instant at) {}

    /**
     * Creates it.
     *
     * @param find finds a tenant by its id
     * @param all lists the tenants
     * @param everybodys where reports go of those that have no endpoint of their own, null for nowhere
     * @param heartbeat how often they are called
     * @param clock the time
     */
    TenantEndpoints(
            Function<String, Optional<Tenants.Tenant>> find,
            Supplier<List<Tenants.Tenant>> all,
            HttpSyncSink.@Nullable Endpoint everybodys,
            Duration heartbeat,
            InstantSource clock) {
        this.find = find;
        this.all = all;
        this.everybodys = everybodys;
        this.kept = heartbeat.compareTo(LONGEST_KEPT) < 0 ? heartbeat : LONGEST_KEPT;
        this.clock = clock;
    }

    @Override
    public HttpSyncSink.@Nullable Endpoint of(String name) throws IOException {
        Optional<Tenants.Tenant> tenant = find.apply(name);
        String trouble = tenant.map(Tenants.Tenant::trouble).orElse(null);
        if (trouble != null) {
            throw new IOException("where reports of tenant " + name + " go cannot be read: " + trouble);
        }
        return tenant.map(this::of).orElse(everybodys);
    }

    private HttpSyncSink.@Nullable Endpoint of(Tenants.Tenant tenant) {
        return tenant.syncUrl() == null
                ? everybodys
                : new HttpSyncSink.Endpoint(tenant.syncUrl(), tenant.syncAuthorization());
    }

    @Override
    public synchronized List<String> tenants() {
        Instant now = clock.instant();
        Read known = last;
        // A clock that was set back makes it read again, too.
        if (known == null
                || now.isBefore(known.at())
                || !now.isBefore(known.at().plus(kept))) {
            known = new Read(read(), now);
            last = known;
        }
        return known.tenants();
    }

    private List<String> read() {
        Map<HttpSyncSink.Endpoint, String> first = new LinkedHashMap<>();
        for (Tenants.Tenant tenant : all.get()) {
            HttpSyncSink.Endpoint endpoint = of(tenant);
            if (endpoint != null && tenant.trouble() == null) {
                first.putIfAbsent(endpoint, tenant.id());
            }
        }
        return List.copyOf(first.values());
    }
}
