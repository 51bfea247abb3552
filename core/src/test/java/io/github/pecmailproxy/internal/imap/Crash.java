package io.github.pecmailproxy.internal.imap;

/** The end of the process, as far as a test can have one: nothing catches it. */
final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash(String where) {
        super("crashed " + where);
    }
}
