package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what an account was granted in each window, one row for each, locked from the question how many are left until the grant is
 * committed. Not thread-safe: one instance for each grant.
 */
final class RateCounters {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final AccountKey account;
    private final List<Window> windows;

    private RateCounters(AccountKey account, List<Window> windows) {
        this.account = account;
        this.windows = windows;
    }

    private record Window(long length, long start, long limit, long used) {
        long end() {
            return start + length;
        }
    }

    static RateCounters lock(Session session, AccountKey account, List<RateLimit> limits, Instant now)
            throws SQLException {
        List<Window> windows = new ArrayList<>();
        // In one order, so that two nodes with limits in different orders do not wait for each other.
        List<RateLimit> ordered =
                limits.stream().sorted(Comparator.comparing(RateLimit::window)).toList();
        for (RateLimit limit : ordered) {
            long length = limit.window().toMillis();
            long start = Math.floorDiv(now.toEpochMilli(), length) * length;
            windows.add(new Window(length, start, limit.messages(), used(session, account, length, start)));
        }
        return new RateCounters(account, windows);
    }

    private static long used(Session session, AccountKey account, long length, long start) throws SQLException {
        while (true) {
            List<Long> used = session.list(
                    session.dialect().locking("""
                                    SELECT used FROM {rate} /*hint*/
                                    WHERE tenant = ? AND account = ? AND window_length = ? AND window_start = ?"""),
                    parameters -> parameters
                            .text(account.tenant())
                            .text(account.id())
                            .number(length)
                            .number(start),
                    Row::number);
            if (!used.isEmpty()) {
                return used.get(0);
            }
            session.insertNew(
                    """
                    INSERT INTO {rate} (tenant, account, window_length, window_start, used)
                    VALUES (?, ?, ?, ?, 0)""",
                    "used",
                    List.of(start),
                    (parameters, each) -> parameters
                            .text(account.tenant())
                            .text(account.id())
                            .number(length)
                            .number(each));
            // The window before the last is kept for nodes whose idea of the time is a little behind.
            session.update(
                    """
                    DELETE FROM {rate}
                    WHERE tenant = ? AND account = ? AND window_length = ? AND window_start < ?""",
                    parameters -> parameters
                            .text(account.tenant())
                            .text(account.id())
                            .number(length)
                            .number(start - 2 * length));
        }
    }

    /** Returns how many may still be granted. */
    int left() {
        long left = UNLIMITED;
        for (Window window : windows) {
            left = Math.min(left, Math.max(0, window.limit() - window.used()));
        }
        return (int) left;
    }

    /** Counts a grant. */
    void count(Session session, int granted) throws SQLException {
        if (granted == 0) {
            return;
        }
        session.batch(
                """
                UPDATE {rate} SET used = used + ?
                WHERE tenant = ? AND account = ? AND window_length = ? AND window_start = ?""",
                windows.stream().map(Window::length).distinct().toList(),
                (parameters, length) -> parameters
                        .number(granted)
                        .text(account.tenant())
                        .text(account.id())
                        .number(length)
                        .number(start(length)));
    }

    private long start(long length) {
        return windows.stream()
                .filter(window -> window.length() == length)
                .mapToLong(Window::start)
                .findFirst()
                .orElseThrow();
    }

    /** Returns when the next message may be granted after a grant that used up a limit, or null if none is used up. */
    @Nullable
    Instant limitedUntil(int granted) {
        return windows.stream()
                .filter(window -> window.used() + granted >= window.limit())
                .map(Window::end)
                .max(Comparator.naturalOrder())
                .map(Instant::ofEpochMilli)
                .orElse(null);
    }
}
