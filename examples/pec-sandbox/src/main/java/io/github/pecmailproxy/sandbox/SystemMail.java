package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a provider wants to say in one mail, before a {@link MailStyle} gives it its shape.
 *
 * @param time when the event happened, in Italian legal time
 * @param messageId the mail's own Message-ID, without angle brackets
 * @param markers the headers that make it a PEC mail, such as {@code X-Ricevuta}, in order
 * @param inherited fields taken over unchanged from another mail, such as {@code Received}
 * @param from the {@code From} value
 * @param to the {@code To} value; null where an inherited field says it
 * @param replyTo the {@code Reply-To} value, null for none
 * @param subject the subject as raw header text
 * @param reference the {@code X-Riferimento-Message-ID} value, null for none
 * @param remSubject the European event name that some shapes add to the subject, null for none
 * @param text what a person reads
 * @param daticert the XML, null for none
 * @param attached the mail inside, null for none
 */
record SystemMail(
        ZonedDateTime time,
        String messageId,
        List<Marker> markers,
        List<MailHeaders.Field> inherited,
        String from,
        @Nullable String to,
        @Nullable String replyTo,
        String subject,
        @Nullable String reference,
        @Nullable String remSubject,
        ReadableText text,
        @Nullable String daticert,
        byte @Nullable [] attached) {

    /** One PEC header. */
    record Marker(String name, String value) {}

    /** The text a person reads, in Italian and for bilingual shapes in English. */
    record ReadableText(String title, List<String> lines, String englishTitle, List<String> englishLines) {}

    Optional<byte[]> attachedMail() {
        return Optional.ofNullable(attached);
    }
}
