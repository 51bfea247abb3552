package io.github.pecmailproxy.internal.imap;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is fetched of every mail. Immutable.
 *
 * @param uid its UID
 * @param size RFC822.SIZE, in bytes
 * @param arrivedAt INTERNALDATE, null when the server did not say
 * @param header the raw header block, one character for each byte (ISO-8859-1)
 * @param complete false when the header block was longer than is kept and {@code header} holds its beginning only
 * @since 0.1.0
 */
public record MailHeader(long uid, long size, @Nullable Instant arrivedAt, String header, boolean complete) {}
