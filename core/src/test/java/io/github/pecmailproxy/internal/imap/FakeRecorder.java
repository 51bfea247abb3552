package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.receipt.FetchedMail;
import io.github.pecmailproxy.internal.receipt.MailRecorder;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

/** Records in memory, each mail once, together with the cursor or not at all. Thread-safe. */
final class FakeRecorder implements MailRecorder {
    private final FakeStore store;
    private final Steps steps;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private final List<String> repeated = new ArrayList<>();
    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger judgedWaiting = new AtomicInteger();
    private volatile Function<FetchedMail, Disposition> disposition = FakeRecorder::usually;
    private volatile Predicate<FetchedMail> refusing = mail -> false;

    FakeRecorder(FakeStore store, Steps steps) {
        this.store = store;
        this.steps = steps;
    }

    /** What was recorded of a mail; content is null when only headers came. */
    record Entry(FetchedMail mail, String content) {}

    private static Disposition usually(FetchedMail mail) {
        if (mail.trouble() != null) {
            return Disposition.UNREADABLE;
        }
        return mail.content() == null ? Disposition.IGNORED : Disposition.RECORDED;
    }

    /** Decides what is made of each mail. */
    void judging(Function<FetchedMail, Disposition> judge) {
        disposition = judge;
    }

    void refusing(Predicate<FetchedMail> mails) {
        refusing = mails;
    }

    @Override
    public Unit prepare(MailAccount account, List<FetchedMail> mails) {
        steps.step("before preparing");
        return (lease, cursors) -> record(lease, mails, cursors);
    }

    private Recording record(ExclusiveLease lease, List<FetchedMail> mails, List<MailboxCursor> cursors) {
        steps.step("before recording");
        for (FetchedMail mail : mails) {
            if (refusing.test(mail)) {
                throw new IllegalStateException("cannot be recorded");
            }
        }
        List<Entry> arrived = mails.stream().map(FakeRecorder::entry).toList();
        int recorded = 0;
        synchronized (this) {
            requireAscending(mails);
            if (!store.commit(lease, cursors)) {
                return new Recording(0, 0, true);
            }
            for (Entry entry : arrived) {
                String key = entry.content() == null
                        ? entry.mail().header() + entry.mail().trouble()
                        : entry.content();
                if (known.add(key)) {
                    entries.add(entry);
                    store.keep(entry.mail(), disposition.apply(entry.mail()));
                    recorded++;
                } else {
                    repeated.add(key);
                }
            }
        }
        steps.step("after recording");
        return new Recording(recorded, mails.isEmpty() ? 0 : waiting.get(), false);
    }

    @Override
    public Recording recordSkipped(MailAccount account, ExclusiveLease lease, FetchedMail mail, ReceiptRecord skipped) {
        Recording recording = record(lease, List.of(mail), List.of());
        if (!recording.leaseLost()) {
            store.wasRead(skipped);
        }
        return recording;
    }

    @Override
    public int recordWaiting(MailAccount account) {
        judgedWaiting.incrementAndGet();
        return waiting.get();
    }

    private static void requireAscending(List<FetchedMail> mails) {
        for (int index = 1; index < mails.size(); index++) {
            if (mails.get(index).uid() <= mails.get(index - 1).uid()) {
                throw new AssertionError("mails are not in the order of their UIDs");
            }
        }
    }

    private static Entry entry(FetchedMail mail) {
        StoredContent content = mail.content();
        if (content == null) {
            return new Entry(mail, null);
        }
        try (InputStream stream = content.open()) {
            return new Entry(mail, new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized List<String> repeated() {
        return List.copyOf(repeated);
    }

    List<Long> uids() {
        return entries().stream().map(entry -> entry.mail().uid()).toList();
    }
}
