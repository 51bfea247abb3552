package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Fills pages with the messages that have some words in them. Reads a bounded number for each; the answer says where to go on. */
final class MessageSearch {
    static final int READ_AT_ONCE = 500;
    static final int MOST_READ = 20_000;

    private final Function<MessageFilter, List<TrackedMessage>> source;
    private final int mostRead;

    MessageSearch(Function<MessageFilter, List<TrackedMessage>> source, int mostRead) {
        this.source = source;
        this.mostRead = mostRead;
    }

    /** Fills a page; one that is not full, or empty, may have a {@code next} all the same. */
    Map<String, Object> page(MessageFilter filter, String words, int limit) {
        List<Map<String, Object>> found = new ArrayList<>();
        long last = filter.after();
        boolean more = true;
        for (int read = 0; more && found.size() < limit && read < mostRead; ) {
            List<TrackedMessage> part = source.apply(filter.after(last));
            int looked = 0;
            while (looked < part.size() && found.size() < limit) {
                TrackedMessage message = part.get(looked++);
                last = message.sequence();
                if (words.isEmpty() || contains(message, words)) {
                    found.add(MessageView.message(message));
                }
            }
            more = looked < part.size() || part.size() == filter.limit();
            read += part.size();
        }
        Map<String, Object> answer = Answer.ok("messages", found);
        if (more) {
            answer.put("next", last);
        }
        return answer;
    }

    private static boolean contains(TrackedMessage message, String words) {
        return Stream.concat(
                        Stream.of(message.key().id(), message.subject(), message.envelopeFrom(), message.messageId()),
                        message.recipients().stream().map(recipient -> recipient.address()))
                .anyMatch(field -> field.toLowerCase(Locale.ROOT).contains(words));
    }
}
