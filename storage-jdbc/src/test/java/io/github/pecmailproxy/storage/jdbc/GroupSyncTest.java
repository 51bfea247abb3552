package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Shows how commits share a sync. */
class GroupSyncTest {
    private final AtomicInteger syncs = new AtomicInteger();
    private final Semaphore disk = new Semaphore(0);

    private final GroupSync group = new GroupSync(() -> {
        syncs.incrementAndGet();
        disk.acquireUninterruptibly();
    });

    @Test
    void sharesOneSyncAmongThoseWhoCameWhileAnotherRan() throws InterruptedException {
        Thread leader = started();
        await().until(() -> syncs.get() == 1);
        List<Thread> followers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            followers.add(started());
        }
        await().until(() -> followers.stream().allMatch(each -> each.getState() == Thread.State.WAITING));

        disk.release();
        leader.join();
        // The sync that ran while they came may have begun before their commits: it does not count for them.
        await().until(() -> syncs.get() == 2);
        assertThat(followers).allMatch(Thread::isAlive);

        disk.release();
        for (Thread follower : followers) {
            follower.join();
        }
        assertThat(syncs).hasValue(2);
    }

    @Test
    void syncsAgainForWhoeverComesLater() throws SQLException {
        disk.release(2);

        group.sync();
        group.sync();

        assertThat(syncs).hasValue(2);
    }

    @Test
    void failsForTheLeaderAndLetsAnotherLead() throws SQLException {
        AtomicInteger attempts = new AtomicInteger();
        GroupSync failing = new GroupSync(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw new SQLException("made up");
            }
        });

        assertThatThrownBy(failing::sync).isInstanceOf(SQLException.class);
        failing.sync();

        assertThat(attempts).hasValue(2);
    }

    private Thread started() {
        Thread thread = new Thread(() -> {
            try {
                group.sync();
            } catch (SQLException failure) {
                throw new AssertionError(failure);
            }
        });
        thread.start();
        return thread;
    }
}
