package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.internal.receipt.MailRecorder;
import io.github.pecmailproxy.store.EventStore;
import java.time.InstantSource;

/**
 * What reading a mailbox works with.
 *
 * @param store knows how far folders were read
 * @param recorder takes what was read
 * @param announcer tells of trouble
 * @param clock the time
 * @param spool takes bytes until they are recorded
 * @param settings how to read
 */
record PollerParts(
        EventStore store,
        MailRecorder recorder,
        Announcer announcer,
        InstantSource clock,
        ContentSpool spool,
        PollerSettings settings) {}
