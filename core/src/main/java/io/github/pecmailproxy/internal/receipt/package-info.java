/**
 * What a mail from a mailbox means for the messages sent: parsed, tied to its message, judged by the account's policy, recorded.
 */
@NullMarked
package io.github.pecmailproxy.internal.receipt;

import org.jspecify.annotations.NullMarked;
