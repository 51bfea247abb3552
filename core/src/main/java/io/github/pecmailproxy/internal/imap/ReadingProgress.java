package io.github.pecmailproxy.internal.imap;

/** How much of a folder is still to be read. Written by the thread that reads, asked by any. */
final class ReadingProgress {
    private volatile long unread;

    void unread(long mails) {
        unread = mails;
    }

    long unread() {
        return unread;
    }
}
