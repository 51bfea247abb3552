package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps what is suspended. A suspended tenant or account is simply not asked. The messages of a suspended batch stand between others:
 * they are held, that is taken out of the order, a bounded number at a time, by the one who suspends and by whoever comes upon one
 * while leasing; so none is looked at twice. When the batch is activated the suspension is first marked as released, then its messages
 * are put back, again a bounded number at a time, then it is deleted: whoever leases meanwhile helps, and a process that dies in the
 * middle leaves nothing held for ever. Stateless and thread-safe.
 */
final class Suspensions {
    /** How many messages of a batch are moved in one transaction. */
    static final int MOVED_AT_ONCE = 2_000;

    private static final String TENANT = "tenant";
    private static final String ACCOUNT = "account";
    private static final String BATCH = "batch";

    /** Stands where a tenant as a whole is meant; no name is needed. */
    private static final String WHOLE = "*";

    private Suspensions() {}

    /** What is suspended of the tenants asked for. */
    record Current(Set<String> tenants, Set<AccountKey> accounts, Set<Batch> held, Set<Batch> released) {
        boolean covers(AccountKey account) {
            return tenants.contains(account.tenant()) || accounts.contains(account);
        }
    }

    /** A batch of a tenant. */
    record Batch(String tenant, String code) {}

    private record Place(String scope, String tenant, String name) {
        static Place of(SuspensionScope scope) {
            if (scope instanceof SuspensionScope.Tenant tenant) {
                return new Place(TENANT, tenant.tenant(), WHOLE);
            }
            if (scope instanceof SuspensionScope.Account account) {
                return new Place(ACCOUNT, account.key().tenant(), account.key().id());
            }
            SuspensionScope.Batch batch = (SuspensionScope.Batch) scope;
            return new Place(BATCH, batch.tenant(), batch.batchCode());
        }

        SuspensionScope toScope() {
            return switch (scope) {
                case TENANT -> new SuspensionScope.Tenant(tenant);
                case ACCOUNT -> new SuspensionScope.Account(new AccountKey(tenant, name));
                case BATCH -> new SuspensionScope.Batch(tenant, name);
                default -> throw new IllegalStateException("the store has a suspension of an unknown scope: " + scope);
            };
        }

        void bind(Parameters parameters) throws SQLException {
            parameters.text(tenant).text(scope).text(name);
        }
    }

    static void suspend(Session session, Suspension suspension) throws SQLException {
        Place place = Place.of(suspension.scope());
        while (!replace(session, suspension, place)) {
            session.insertNew("""
                    INSERT INTO {suspension} (tenant, scope, name, reason, suspended_at, refused_settings, released)
                    VALUES (?, ?, ?, ?, ?, ?, 0)""", "released", List.of(place), (parameters, each) -> {
                each.bind(parameters);
                parameters.text(suspension.reason()).time(suspension.since()).text(suspension.refusedSettings());
            });
        }
    }

    /** Replaces the reason and the refused settings of a suspension, and all of one that is only left until its messages are let go. */
    private static boolean replace(Session session, Suspension suspension, Place place) throws SQLException {
        Optional<Boolean> released = lock(session, place);
        if (released.isEmpty()) {
            return false;
        }
        session.update(
                """
                UPDATE {suspension} SET reason = ?, suspended_at = COALESCE(?, suspended_at), refused_settings = ?, released = 0
                WHERE tenant = ? AND scope = ? AND name = ?""",
                parameters -> place.bind(parameters
                        .text(suspension.reason())
                        .time(released.get() ? suspension.since() : null)
                        .text(suspension.refusedSettings())));
        return true;
    }

    /** Locks a suspension; tells whether it is released, or nothing when there is none. */
    private static Optional<Boolean> lock(Session session, Place place) throws SQLException {
        return session.first(session.dialect().locking("""
                                SELECT released FROM {suspension} /*hint*/
                                WHERE tenant = ? AND scope = ? AND name = ?"""), place::bind, Row::flag);
    }

    /** Ends a suspension; a batch's is only marked, see {@link #letGo}. */
    static boolean activate(Session session, SuspensionScope scope) throws SQLException {
        Place place = Place.of(scope);
        if (lock(session, place).orElse(true)) {
            return false;
        }
        if (scope instanceof SuspensionScope.Batch) {
            session.update(
                    "UPDATE {suspension} SET released = 1 WHERE tenant = ? AND scope = ? AND name = ?", place::bind);
        } else {
            delete(session, place);
        }
        return true;
    }

    private static void delete(Session session, Place place) throws SQLException {
        session.update("DELETE FROM {suspension} WHERE tenant = ? AND scope = ? AND name = ?", place::bind);
    }

    /**
     * Takes messages of a suspended batch out of the order.
     *
     * @return how many; fewer than {@link #MOVED_AT_ONCE} when that was all, or when the batch is not suspended any more
     */
    static int hold(Session session, Batch batch) throws SQLException {
        // Without the lock, a batch could be activated and let go before what is held here is committed.
        boolean suspended =
                !lock(session, new Place(BATCH, batch.tenant(), batch.code())).orElse(true);
        return suspended
                ? Queue.moveBatch(session, batch.tenant(), batch.code(), Queue.READY, Queue.HELD, MOVED_AT_ONCE)
                : 0;
    }

    /**
     * Puts messages of a batch that was activated back into the order, and forgets the suspension when none is left.
     *
     * @return whether there may be more
     */
    static boolean letGo(Session session, Batch batch) throws SQLException {
        Place place = new Place(BATCH, batch.tenant(), batch.code());
        if (!lock(session, place).orElse(false)) {
            return false;
        }
        int moved = Queue.moveBatch(session, batch.tenant(), batch.code(), Queue.HELD, Queue.READY, MOVED_AT_ONCE);
        if (moved == 0) {
            delete(session, place);
        }
        return moved > 0;
    }

    static Current of(Session session, Collection<String> tenants) throws SQLException {
        Current current = new Current(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
        record Entry(Place place, boolean released) {}
        for (Entry entry : session.listInTexts(
                "SELECT scope, tenant, name, released FROM {suspension} WHERE tenant IN (:in)",
                Session.Binder.NONE,
                new HashSet<>(tenants),
                row -> new Entry(new Place(row.text(), row.text(), row.text()), row.flag()))) {
            Place place = entry.place();
            switch (place.scope()) {
                case TENANT -> current.tenants().add(place.tenant());
                case ACCOUNT -> current.accounts().add(new AccountKey(place.tenant(), place.name()));
                default ->
                    (entry.released() ? current.released() : current.held())
                            .add(new Batch(place.tenant(), place.name()));
            }
        }
        return current;
    }

    static List<Suspension> list(Session session) throws SQLException {
        return session.list(
                """
                SELECT scope, tenant, name, reason, suspended_at, refused_settings FROM {suspension} WHERE released = 0
                ORDER BY tenant, scope, name""",
                Session.Binder.NONE,
                row -> new Suspension(
                        new Place(row.text(), row.text(), row.text()).toScope(),
                        row.text(),
                        row.time(),
                        row.textOrNull()));
    }
}
