package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way, with everything its receipts and envelopes repeat.
 *
 * @param provider the sender's provider
 * @param identifier the PEC msgid, without angle brackets
 * @param messageId the Message-ID the client put, as written, null when it put none
 * @param sender the reverse path
 * @param recipients the forward paths, with the kind of mailbox
 * @param carbonCopies the keys of the addresses that stand in {@code Cc} only
 * @param replyTo the {@code Reply-To} value, else the {@code From} value
 * @param rawSubject the subject as header text, null when there is none
 * @param variant the kind of delivery receipt asked for
 * @param time when it was accepted, in Italian legal time
 * @param original the message with its Message-ID replaced, canonical line ends
 */
record CertifiedMessage(
        Provider provider,
        String identifier,
        @Nullable String messageId,
        String sender,
        List<MessageRecipient> recipients,
        List<String> carbonCopies,
        String replyTo,
        @Nullable String rawSubject,
        ReceiptVariant variant,
        ZonedDateTime time,
        byte[] original) {

    String subjectOrEmpty() {
        return rawSubject == null ? "" : rawSubject;
    }

    @Nullable
    String decodedSubject() {
        return rawSubject == null ? null : EncodedWords.decode(rawSubject);
    }

    boolean isCarbonCopy(String address) {
        return carbonCopies.contains(MailAddresses.key(address));
    }
}
