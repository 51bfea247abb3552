package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds mails to be recorded: valid as they are, and different from each other when their names are. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class ReceiptFixture {
    private static final Instant READ_AT = Instant.parse("2026-03-02T10:10:00.250Z");

    private final String name;
    private AccountKey account = new AccountKey(MessageKey.DEFAULT_TENANT, "acc");
    private String folder = "INBOX";
    private long uid = 1;
    private @Nullable String fingerprint;
    private Disposition disposition = Disposition.RECORDED;
    private @Nullable MessageKey message;
    private @Nullable String eventKey;
    private @Nullable String receiptMessageId;
    private @Nullable StoredContent content;
    private boolean contentKept = true;

    private ReceiptFixture(String name) {
        this.name = name;
    }

    /**
     * Starts a mail from the inbox of the default tenant's account {@code acc}, with content, tied to nothing.
     *
     * @param name what makes it different from others
     * @return the fixture, never null
     */
    public static ReceiptFixture receipt(String name) {
        return new ReceiptFixture(name);
    }

    /**
     * Sets whose mailbox it is in.
     *
     * @param value the account
     * @return this
     */
    public ReceiptFixture account(AccountKey value) {
        account = value;
        return this;
    }

    /**
     * Sets the folder.
     *
     * @param value the folder's full name
     * @return this
     */
    public ReceiptFixture folder(String value) {
        folder = value;
        return this;
    }

    /**
     * Sets its UID.
     *
     * @param value the UID
     * @return this
     */
    public ReceiptFixture uid(long value) {
        uid = value;
        return this;
    }

    /**
     * Sets the fingerprint.
     *
     * @param value 64 lower-case hex digits
     * @return this
     */
    public ReceiptFixture fingerprint(String value) {
        fingerprint = value;
        return this;
    }

    /**
     * Sets what was made of it.
     *
     * @param value the disposition
     * @return this
     */
    public ReceiptFixture disposition(Disposition value) {
        disposition = value;
        return this;
    }

    /**
     * Ties it to a message.
     *
     * @param value the message, null for none
     * @return this
     */
    public ReceiptFixture message(@Nullable MessageKey value) {
        message = value;
        return this;
    }

    /**
     * Sets what makes its event unique.
     *
     * @param value the event key, null for none
     * @return this
     */
    public ReceiptFixture eventKey(@Nullable String value) {
        eventKey = value;
        return this;
    }

    /**
     * Sets its own Message-ID.
     *
     * @param value the Message-ID, null for none
     * @return this
     */
    public ReceiptFixture receiptMessageId(@Nullable String value) {
        receiptMessageId = value;
        return this;
    }

    /**
     * Sets its bytes.
     *
     * @param value the bytes
     * @return this
     */
    public ReceiptFixture content(StoredContent value) {
        content = value;
        return this;
    }

    /**
     * Leaves its bytes out.
     *
     * @return this
     */
    public ReceiptFixture withoutContent() {
        contentKept = false;
        return this;
    }

    /**
     * Builds the mail to be recorded.
     *
     * @return the mail, never null
     */
    public NewReceipt build() {
        StoredContent bytes = content != null ? content : BytesContent.of("Receipt " + account + " " + name + "\r\n");
        ReceiptRecord record = new ReceiptRecord(
                0,
                new MailboxKey(account, folder),
                77,
                uid,
                READ_AT.minusSeconds(20),
                READ_AT,
                fingerprint != null ? fingerprint : Sha256.hex("receipt " + name),
                bytes.size(),
                receiptMessageId,
                "receipt",
                "avvenuta-consegna",
                "<original@proxy.example>",
                "recipient@pec.example",
                READ_AT.minusSeconds(60),
                Verdict.TRUSTED,
                List.of(),
                disposition,
                "It is what it seems.",
                message,
                eventKey,
                contentKept);
        return new NewReceipt(record, contentKept ? bytes : null);
    }
}
