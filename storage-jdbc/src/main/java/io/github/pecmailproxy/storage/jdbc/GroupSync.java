package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shares one sync of the disk among all commits that finished before it began: the first who needs one leads, those who come while it
 * runs wait for the next, and one of them leads that. Thread-safe.
 */
final class GroupSync implements Durability {
    private final Durability disk;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private long started;
    private long finished;
    private boolean running;

    /**
     * Creates the group.
     *
     * @param disk syncs the disk
     */
    GroupSync(Durability disk) {
        this.disk = disk;
    }

    @Override
    public void sync() throws SQLException {
        lock.lock();
        try {
            // Only a sync that starts from now on is sure to see the caller's commit.
            long needed = started + 1;
            while (finished < needed) {
                if (running) {
                    ended.awaitUninterruptibly();
                } else {
                    lead();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs one sync, without the lock while the disk works. */
    private void lead() throws SQLException {
        running = true;
        long mine = ++started;
        lock.unlock();
        boolean done = false;
        try {
            disk.sync();
            done = true;
        } finally {
            lock.lock();
            running = false;
            if (done) {
                finished = mine;
            }
            ended.signalAll();
        }
    }
}
