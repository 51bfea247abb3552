package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;

/** One provider's way of writing mails. Implementations have no state. */
interface MailStyle {
    /** The separator between the levels of a folder name. */
    char folderSeparator();

    /** The name of the folder for sent mail. */
    String sentFolder();

    /**
     * Makes the identifier of a message.
     *
     * @param number unique within the sandbox
     */
    String messageIdentifier(ZonedDateTime time, long number, String domain);

    /** Makes the Message-ID of a receipt: never that of the message (facts 0.2). */
    String receiptIdentifier(ZonedDateTime time, long number, String domain);

    /** Whether the envelope copies headers it does not know from the original outward (facts 0.3). */
    boolean copiesUnknownHeaders();

    /** Whether the envelope names the kind of receipt wished for. */
    boolean marksReceiptVariant();

    /** The daticert's white space, defaults and order of elements are all the same; the end of the file is not. */
    String daticertTail();

    /** The multipart/mixed that gets signed, its own header section included, with CRLF line ends. */
    byte[] signedPart(SystemMail mail, Boundaries boundaries);

    /** The whole mail around the signed part. */
    byte[] assemble(SystemMail mail, byte[] signedPart, byte[] cms, SignatureDigest digest, Boundaries boundaries);

    /** The mail without a signature, as a forger without a key would send it. */
    byte[] assembleUnsigned(SystemMail mail, byte[] part, Boundaries boundaries);
}
