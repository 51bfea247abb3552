package io.github.pecmailproxy.internal.imap;

import java.time.Duration;

/**
 * What became of polling a mailbox.
 *
 * @param recorded how many mails were recorded that were not known before
 * @param waiting how many mails wait for a transmission to be settled
 * @param next after what time to poll again
 */
record Polled(int recorded, int waiting, Duration next) {}
