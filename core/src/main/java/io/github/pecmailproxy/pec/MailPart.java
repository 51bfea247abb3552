package io.github.pecmailproxy.pec;

import org.jspecify.annotations.Nullable;

/**
 * A part that was kept: its content as it lies in the mail.
 *
 * @param content the bytes, with their transfer encoding
 * @param encoding the {@code Content-Transfer-Encoding} in lower case, empty when absent
 * @param charset the charset of the {@code Content-Type}, or null
 */
record MailPart(
        ByteSlice content, String encoding, @Nullable String charset) {
    TransferEncoding.Decoded decode() {
        return TransferEncoding.decode(content, encoding);
    }
}
