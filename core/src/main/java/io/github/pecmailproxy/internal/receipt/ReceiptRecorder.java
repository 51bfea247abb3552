package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.archive.ReceiptArchive;
import io.github.pecmailproxy.archive.SkippedMail;
import io.github.pecmailproxy.evidence.MessageEvidence;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.engine.MessageLog;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Records what was read from the mailboxes. Reading, deciding and storing are apart: whenever the store refuses the unit because
 * something moved on meanwhile, everything is looked up and decided again. Dies the process before the unit is stored, the cursor
 * has not moved and the mails are read again; after it, they are known by their fingerprints. Thread-safe.
 */
public final class ReceiptRecorder implements MailRecorder, ReceiptArchive {
    private static final int MOST_RACES = 20;
    private static final int LARGEST_REVIEW = 100;

    /** What is kept byte for byte: what is evidence, may become evidence, or must be explained. */
    private static final Set<Disposition> KEPT = Set.of(
            Disposition.RECORDED,
            Disposition.WAITING,
            Disposition.REFUSED,
            Disposition.REPEATED,
            Disposition.ORPHANED,
            Disposition.UNREADABLE);

    private final EventStore store;
    private final AccountSource accounts;
    private final PecReceiptParser parser;
    private final ReceiptJudge judge;
    private final Alarm alarm;
    private final InstantSource clock;

    /**
     * Creates a recorder.
     *
     * @param store where everything is kept
     * @param accounts the accounts
     * @param parser the parser, which verifies signatures
     * @param isOurs recognises the Message-IDs of this store's messages
     * @param ofReturnPath finds the Message-ID of the message that a reverse path names, empty when it names none
     * @param alarm told of what people must know
     * @param clock the engine's clock
     */
    public ReceiptRecorder(
            EventStore store,
            AccountSource accounts,
            PecReceiptParser parser,
            Predicate<String> isOurs,
            Function<String, Optional<String>> ofReturnPath,
            Alarm alarm,
            InstantSource clock) {
        this.store = store;
        this.accounts = accounts;
        this.parser = parser;
        this.judge = new ReceiptJudge(parser, isOurs, ofReturnPath, new SentAttachments(store::content));
        this.alarm = alarm;
        this.clock = clock;
    }

    @Override
    public Unit prepare(MailAccount account, List<FetchedMail> mails) {
        Map<String, ParsedMail> parsed = byFingerprint(mails);
        // What is known stays known, so that it can be asked before the units ahead are recorded.
        Known known = known(account.key(), parsed);
        return (lease, cursors) -> record(account, lease, parsed, known, cursors, List.of());
    }

    @Override
    public Recording recordSkipped(MailAccount account, ExclusiveLease lease, FetchedMail mail, ReceiptRecord skipped) {
        ReceiptRecord superseded =
                judged(skipped, Disposition.IGNORED, "read later on request; at first: " + skipped.reason());
        Map<String, ParsedMail> parsed = byFingerprint(List.of(mail));
        return record(
                account,
                lease,
                parsed,
                known(account.key(), parsed),
                List.of(),
                List.of(new ReceiptJudgement(Disposition.UNREADABLE, superseded)));
    }

    private Recording record(
            MailAccount account,
            ExclusiveLease lease,
            Map<String, ParsedMail> parsed,
            Known knownBefore,
            List<MailboxCursor> cursors,
            List<ReceiptJudgement> earlier) {
        Known known = knownBefore;
        for (int race = 0; race < MOST_RACES; race++) {
            Instant now = clock.instant();
            List<Judgement> judgements = judgeNew(account, parsed, known, now);
            List<NewReceipt> receipts = new ArrayList<>();
            for (Judgement judgement : judgements) {
                ParsedMail mail =
                        Objects.requireNonNull(parsed.get(judgement.record().fingerprint()));
                StoredContent content = mail.content();
                boolean kept =
                        content != null && KEPT.contains(judgement.record().disposition());
                receipts.add(new NewReceipt(kept(judgement.record(), kept), kept ? content : null));
            }
            ReceiptUnit unit = new ReceiptUnit(lease, receipts, earlier, changes(judgements), cursors);
            if (store.record(unit, now)) {
                tell(judgements);
                return new Recording(judgements.size(), count(judgements, Disposition.WAITING), false);
            }
            if (!stillHeld(lease)) {
                return new Recording(0, 0, true);
            }
            known = known(account.key(), parsed);
        }
        throw new RetryableStoreException(
                "the mails of " + account.key() + " could not be recorded: their messages kept changing", null);
    }

    @Override
    public int recordWaiting(MailAccount account) {
        return review(account, Disposition.WAITING).remaining();
    }

    @Override
    public List<ReceiptRecord> list(ReceiptFilter filter) {
        return store.receipts(filter);
    }

    @Override
    public List<SkippedMail> skipped(AccountKey account, long after, int limit) {
        return store
                .receipts(ReceiptFilter.ALL
                        .ofAccount(account)
                        .with(Disposition.UNREADABLE)
                        .after(after)
                        .limit(limit))
                .stream()
                .map(this::skipped)
                .toList();
    }

    private SkippedMail skipped(ReceiptRecord record) {
        return new SkippedMail(
                record.id(),
                record.mailbox(),
                record.uidValidity(),
                record.uid(),
                record.arrivedAt(),
                record.readAt(),
                record.reason(),
                store.receiptContent(record.id()).map(ReceiptRecorder::text).orElse(""));
    }

    private static String text(StoredContent header) {
        try (InputStream stream = header.open()) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("a header that was kept cannot be read back", unreadable);
        }
    }

    @Override
    public Optional<StoredContent> content(long receiptId) {
        return store.receiptContent(receiptId);
    }

    @Override
    public Optional<MessageEvidence> evidence(MessageKey message) {
        return MessageEvidence.find(store, message, parser);
    }

    @Override
    public int reevaluate(AccountKey key) {
        return accounts.account(key)
                .map(account -> review(account, Disposition.REFUSED).recorded())
                .orElse(0);
    }

    /** What a review of recorded mails came to. */
    private record Review(int recorded, int remaining) {}

    private Review review(MailAccount account, Disposition disposition) {
        int recorded = 0;
        int remaining = 0;
        ReceiptFilter filter =
                ReceiptFilter.ALL.ofAccount(account.key()).with(disposition).limit(LARGEST_REVIEW);
        List<ReceiptRecord> page = store.receipts(filter);
        while (!page.isEmpty()) {
            for (ReceiptRecord record : page) {
                Disposition after = reviewOne(account, record);
                recorded += after == Disposition.RECORDED ? 1 : 0;
                remaining += after == disposition ? 1 : 0;
            }
            page = store.receipts(filter.after(page.get(page.size() - 1).id()));
        }
        return new Review(recorded, remaining);
    }

    private Disposition reviewOne(MailAccount account, ReceiptRecord record) {
        try {
            return review(account, record);
        } catch (UncheckedIOException unreadable) {
            // One mail whose bytes cannot be read back keeps no other from being judged.
            alarm.trouble("receipts", unreadable, account.key());
            return record.disposition();
        }
    }

    private Disposition review(MailAccount account, ReceiptRecord record) {
        Optional<StoredContent> content = store.receiptContent(record.id());
        if (content.isEmpty()) {
            return record.disposition();
        }
        ParsedMail parsed = new ParsedMail(record, parse(content.get()), content.get());
        for (int race = 0; race < MOST_RACES; race++) {
            Instant now = clock.instant();
            Judgement judgement = judge(account, List.of(parsed), taken(account.key(), List.of(parsed)), now)
                    .get(0);
            if (judgement.record().equals(record)) {
                return record.disposition();
            }
            ReceiptUnit unit = new ReceiptUnit(
                    null,
                    List.of(),
                    List.of(new ReceiptJudgement(record.disposition(), judgement.record())),
                    judgement.changes(),
                    List.of());
            if (store.record(unit, now)) {
                if (judgement.record().disposition() == record.disposition()) {
                    judgement.changes().forEach(MessageLog::changed);
                } else {
                    tell(List.of(judgement));
                }
                return judgement.record().disposition();
            }
            if (!unchanged(record)) {
                return Disposition.IGNORED; // Somebody else reviewed it meanwhile.
            }
        }
        return record.disposition();
    }

    private boolean unchanged(ReceiptRecord record) {
        return store
                .receipts(ReceiptFilter.ALL
                        .ofAccount(record.mailbox().account())
                        .with(record.disposition())
                        .after(record.id() - 1)
                        .limit(1))
                .stream()
                .anyMatch(found -> found.id() == record.id());
    }

    /** What the store has of some mails: the fingerprints of those recorded before, and the event keys that are taken. */
    private record Known(Set<String> fingerprints, Set<String> eventKeys) {}

    private Known known(AccountKey account, Map<String, ParsedMail> parsed) {
        if (parsed.isEmpty()) {
            return new Known(Set.of(), Set.of());
        }
        return new Known(store.knownReceipts(account, parsed.keySet(), Set.of()), taken(account, parsed.values()));
    }

    private Set<String> taken(AccountKey account, Collection<ParsedMail> mails) {
        Set<String> eventKeys = mails.stream().map(ParsedMail::eventKey).collect(Collectors.toSet());
        return store.knownReceipts(account, Set.of(), eventKeys);
    }

    private List<Judgement> judgeNew(MailAccount account, Map<String, ParsedMail> parsed, Known known, Instant now) {
        List<ParsedMail> unknown = parsed.entrySet().stream()
                .filter(mail -> !known.fingerprints().contains(mail.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        return judge(account, unknown, known.eventKeys(), now);
    }

    private List<Judgement> judge(MailAccount account, List<ParsedMail> parsed, Set<String> taken, Instant now) {
        Set<String> references = new HashSet<>();
        Set<String> providerReferences = new HashSet<>();
        for (ParsedMail mail : parsed) {
            references.addAll(judge.references(mail.mail()));
            providerReferences.addAll(judge.providerReferences(mail.mail()));
        }
        KnownMessages messages = new KnownMessages();
        if (!references.isEmpty()) {
            messages.add(store.messagesByMessageId(account.key(), references));
        }
        if (!providerReferences.isEmpty()) {
            messages.add(store.messagesByProviderMessageId(account.key(), providerReferences));
        }
        Set<String> repeated = new HashSet<>(taken);
        List<Judgement> judgements = new ArrayList<>();
        for (ParsedMail mail : parsed) {
            if (mail.draft().disposition() == Disposition.UNREADABLE) {
                judgements.add(unreadable(mail.draft()));
                continue;
            }
            Judgement judgement =
                    judge.judge(mail.draft(), mail.mail(), messages, repeated.contains(mail.eventKey()), account, now);
            judgement.changes().forEach(messages::changed);
            String eventKey = judgement.record().eventKey();
            if (eventKey != null) {
                repeated.add(eventKey);
            }
            judgements.add(judgement);
        }
        return judgements;
    }

    private static Judgement unreadable(ReceiptRecord draft) {
        return new Judgement(
                draft,
                List.of(),
                List.of(new OperationalEvent.MailUnreadable(
                        draft.mailbox().account(), draft.mailbox().folder(), draft.uid(), draft.reason())));
    }

    private boolean stillHeld(ExclusiveLease lease) {
        // The same owner keeps its token; anybody else's lease makes this empty or gives another.
        return store.acquire(lease.resource(), lease.owner(), clock.instant(), lease.until())
                .filter(held -> held.token() == lease.token())
                .isPresent();
    }

    private void tell(List<Judgement> judgements) {
        for (Judgement judgement : judgements) {
            judgement.changes().forEach(MessageLog::changed);
            judgement.events().forEach(alarm::on);
        }
    }

    /** Parses mails and verifies them, on every processor that has nothing else to do; the first of equal ones counts. */
    private Map<String, ParsedMail> byFingerprint(List<FetchedMail> mails) {
        Map<String, ParsedMail> parsed = new LinkedHashMap<>();
        for (ParsedMail mail : mails.parallelStream().map(this::parse).toList()) {
            parsed.putIfAbsent(mail.draft().fingerprint(), mail);
        }
        return parsed;
    }

    private ParsedMail parse(FetchedMail mail) {
        StoredContent content = mail.content();
        byte[] header = mail.header().getBytes(StandardCharsets.ISO_8859_1);
        PecMail parsed = content == null ? parser.parse(header) : parse(content);
        String fingerprint = content == null ? sha256(identity(mail, header)) : content.sha256();
        StoredContent keepable =
                content == null && header.length > 0 ? new HeaderContent(header, fingerprint) : content;
        return new ParsedMail(draft(mail, parsed, fingerprint), parsed, keepable);
    }

    private PecMail parse(StoredContent content) {
        try (InputStream stream = content.open()) {
            return parser.parse(stream);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("a mail that was fetched cannot be read back", unreadable);
        }
    }

    private ReceiptRecord draft(FetchedMail fetched, PecMail mail, String fingerprint) {
        Optional<CertifiedReceipt> receipt =
                mail instanceof CertifiedReceipt certified ? Optional.of(certified) : Optional.empty();
        String trouble = fetched.trouble();
        return new ReceiptRecord(
                0,
                fetched.mailbox(),
                fetched.uidValidity(),
                fetched.uid(),
                fetched.arrivedAt(),
                clock.instant(),
                fingerprint,
                fetched.size(),
                mail.messageId().orElse(null),
                mail.kind().wireName(),
                receipt.map(known -> known.type().wireName()).orElse(null),
                receipt.flatMap(CertifiedReceipt::originalMessageId).orElse(null),
                receipt.flatMap(CertifiedReceipt::recipient).orElse(null),
                receipt.flatMap(CertifiedReceipt::certifiedTime).orElse(null),
                Verdict.NOT_CHECKED,
                List.of(),
                trouble == null ? Disposition.IGNORED : Disposition.UNREADABLE,
                trouble == null ? "not judged yet" : trouble,
                null,
                null,
                false);
    }

    private static ReceiptRecord kept(ReceiptRecord record, boolean kept) {
        return new ReceiptRecord(
                record.id(),
                record.mailbox(),
                record.uidValidity(),
                record.uid(),
                record.arrivedAt(),
                record.readAt(),
                record.fingerprint(),
                record.size(),
                record.receiptMessageId(),
                record.kind(),
                record.receiptType(),
                record.originalMessageId(),
                record.recipient(),
                record.certifiedAt(),
                record.verdict(),
                record.problems(),
                record.disposition(),
                record.reason(),
                record.message(),
                record.eventKey(),
                kept);
    }

    private static ReceiptRecord judged(ReceiptRecord record, Disposition disposition, String reason) {
        return new ReceiptRecord(
                record.id(),
                record.mailbox(),
                record.uidValidity(),
                record.uid(),
                record.arrivedAt(),
                record.readAt(),
                record.fingerprint(),
                record.size(),
                record.receiptMessageId(),
                record.kind(),
                record.receiptType(),
                record.originalMessageId(),
                record.recipient(),
                record.certifiedAt(),
                record.verdict(),
                record.problems(),
                disposition,
                reason,
                record.message(),
                record.eventKey(),
                record.contentKept());
    }

    private static List<MessageChange> changes(List<Judgement> judgements) {
        return judgements.stream()
                .flatMap(judgement -> judgement.changes().stream())
                .toList();
    }

    private static int count(List<Judgement> judgements, Disposition disposition) {
        return (int) judgements.stream()
                .filter(judgement -> judgement.record().disposition() == disposition)
                .count();
    }

    /** A mail of which only the header, or nothing, was read is known by that and by its place in the mailbox. */
    private static byte[] identity(FetchedMail mail, byte[] header) {
        if (header.length > 0) {
            return header;
        }
        return (mail.mailbox() + "\n" + mail.uidValidity() + "\n" + mail.uid()).getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    /** A mail with what is known of it before it is judged. */
    private record ParsedMail(
            ReceiptRecord draft, PecMail mail, @Nullable StoredContent content) {
        String eventKey() {
            return ReceiptJudge.eventKey(mail, draft.fingerprint());
        }
    }
}
