package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.ExclusiveLease;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps who may do what only one may do. Stateless and thread-safe. */
final class ExclusiveLeases {
    private ExclusiveLeases() {}

    private record Held(@Nullable String holder, long token, Instant until) {}

    static Optional<ExclusiveLease> acquire(Session session, String resource, String owner, Instant now, Instant until)
            throws SQLException {
        Held held = lockOrCreate(session, resource);
        boolean own = owner.equals(held.holder());
        if (!own && held.holder() != null && held.until().isAfter(now)) {
            return Optional.empty();
        }
        long token = own ? held.token() : held.token() + 1;
        session.update(
                "UPDATE {exclusive_lease} SET holder = ?, token = ?, held_until = ? WHERE resource_name = ?",
                parameters -> parameters.text(owner).number(token).time(until).text(resource));
        return Optional.of(new ExclusiveLease(resource, owner, token, Instant.ofEpochMilli(until.toEpochMilli())));
    }

    private static Held lockOrCreate(Session session, String resource) throws SQLException {
        while (true) {
            Optional<Held> held = lock(session, resource);
            if (held.isPresent()) {
                return held.get();
            }
            session.insertNew(
                    "INSERT INTO {exclusive_lease} (resource_name, holder, token, held_until) VALUES (?, NULL, 0, 0)",
                    "token",
                    List.of(resource),
                    Parameters::text);
        }
    }

    private static Optional<Held> lock(Session session, String resource) throws SQLException {
        return session.first(
                session.dialect()
                        .locking(
                                "SELECT holder, token, held_until FROM {exclusive_lease} /*hint*/ WHERE resource_name = ?"),
                parameters -> parameters.text(resource),
                row -> new Held(row.textOrNull(), row.number(), row.time()));
    }

    /** Tells whether a lease is still held, and sees to it that it is until the transaction ends. */
    static boolean isHeld(Session session, @Nullable ExclusiveLease fence) throws SQLException {
        return fence == null
                || lock(session, fence.resource())
                        .filter(held -> fence.owner().equals(held.holder()) && held.token() == fence.token())
                        .isPresent();
    }

    static void release(Session session, ExclusiveLease lease) throws SQLException {
        session.update(
                """
                UPDATE {exclusive_lease} SET holder = NULL, held_until = 0
                WHERE resource_name = ? AND holder = ? AND token = ?""",
                parameters ->
                        parameters.text(lease.resource()).text(lease.owner()).number(lease.token()));
    }
}
