package io.github.pecmailproxy.classifier;

import io.github.pecmailproxy.pec.PecMail;

/**
 * A mail and where it was found.
 *
 * @param file the path, followed by {@code #} and the number in a mailbox of several mails
 * @param mail what it is
 */
record ClassifiedMail(String file, PecMail mail) {}
