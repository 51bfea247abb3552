package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.internal.imap.MailboxConnection;
import io.github.pecmailproxy.internal.imap.MailboxConnector;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.RetryableStoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Bugs that the engine does not have, each at the place where it could, to see that the simulation would find them. */
@SuppressWarnings("unchecked")
enum PlantedBug implements Mutation {
    /** An enqueue returns and nothing was written yet. */
    ENQUEUE_RETURNS_BEFORE_COMMIT(Invariant.ENQUEUE_IS_DURABLE) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(
                    store,
                    "enqueue",
                    (original, arguments) -> ((List<NewMessage>) arguments[0])
                            .stream()
                                    .<EnqueueOutcome>map(message -> new EnqueueOutcome.Stored(message.message()))
                                    .toList());
        }
    },
    /** An enqueue tells of a failure after it was written. */
    ENQUEUE_FAILS_AND_STAYS(Invariant.ENQUEUE_IS_DURABLE) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "enqueue", (original, arguments) -> {
                original.call(arguments);
                throw new RetryableStoreException("planted", null);
            });
        }
    },
    /** An id that is taken passes for a repetition, whatever the content. */
    OTHER_CONTENT_PASSES_FOR_THE_SAME(Invariant.IDENTITY_IS_KEPT) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(
                    store,
                    "enqueue",
                    (original, arguments) -> ((List<EnqueueOutcome>) original.call(arguments))
                            .stream()
                                    .map(outcome -> outcome instanceof EnqueueOutcome.KeyTaken taken
                                            ? new EnqueueOutcome.AlreadyStored(taken.existing())
                                            : outcome)
                                    .toList());
        }
    },
    /** A further attempt sends bytes that were composed anew. */
    RETRY_SENDS_OTHER_BYTES(Invariant.BYTES_ARE_FIXED) {
        @Override
        public SmtpSender sender(SmtpSender sender) {
            Set<String> sent = new HashSet<>();
            return sending(sender, transmission -> {
                if (sent.add(transmission.content().sha256())) {
                    return sender.send(transmission);
                }
                String before = new String(Ledger.read(transmission.content()), StandardCharsets.ISO_8859_1);
                byte[] anew = ("X-Attempt: 2\r\n" + before).getBytes(StandardCharsets.ISO_8859_1);
                return sender.send(new Transmission(
                        transmission.account(),
                        transmission.envelopeFrom(),
                        transmission.recipients(),
                        new CopiedContent(anew)));
            });
        }
    },
    /** A change is stored whatever version the message is in. */
    SETTLE_IGNORES_THE_FENCE(Invariant.ONE_NODE_TRANSMITS) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "apply", (original, arguments) -> {
                List<MessageChange> changes = new ArrayList<>();
                for (MessageChange change : (List<MessageChange>) arguments[0]) {
                    long current = store.message(change.message().key())
                            .map(TrackedMessage::version)
                            .orElse(change.expectedVersion());
                    changes.add(new MessageChange(Altered.version(change.message(), current + 1), change.events()));
                }
                return original.call(changes, arguments[1]);
            });
        }
    },
    /** What is leased already is leased again. */
    LEASE_IS_GIVEN_TWICE(Invariant.ONE_NODE_TRANSMITS) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "lease", (original, arguments) -> {
                List<TrackedMessage> sending = store.messages(MessageFilter.ALL.inState(MessageState.SENDING));
                List<LeaseBatch> batches = new ArrayList<>();
                for (LeaseBatch batch : (List<LeaseBatch>) original.call(arguments)) {
                    List<LeasedMessage> all = new ArrayList<>(batch.messages());
                    sending.stream()
                            .filter(message ->
                                    message.account().equals(batch.account().id()))
                            .forEach(message -> all.add(new LeasedMessage(
                                    message, store.content(message.key()).orElseThrow())));
                    batches.add(new LeaseBatch(batch.account(), all, batch.limitedUntil()));
                }
                return batches;
            });
        }
    },
    /** No reply to the final dot passes for a message that was not sent. */
    NO_REPLY_PASSES_FOR_NOT_SENT(Invariant.NO_SILENT_RESEND) {
        @Override
        public SmtpSender sender(SmtpSender sender) {
            return sending(sender, transmission -> {
                SendOutcome outcome = sender.send(transmission);
                return outcome instanceof SendOutcome.Unknown unknown
                        ? new SendOutcome.NotSent(SmtpPhase.FINAL_DOT, unknown.detail())
                        : outcome;
            });
        }
    },
    /** A lease that ended puts its message straight back into the queue. */
    ENDED_LEASE_IS_QUEUED_AGAIN(Invariant.NO_SILENT_RESEND) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "apply", (original, arguments) -> {
                Instant now = (Instant) arguments[1];
                List<MessageChange> changes = ((List<MessageChange>) arguments[0])
                        .stream()
                                .map(change -> change.message().state() == MessageState.IN_DOUBT
                                        ? new MessageChange(Altered.queued(change.message(), now), List.of())
                                        : change)
                                .toList();
                return original.call(changes, now);
            });
        }
    },
    /** A receipt that is read twice is recorded twice. */
    READ_TWICE_COUNTS_TWICE(Invariant.ONE_EVENT_PER_RECEIPT) {
        @Override
        public EventStore store(EventStore store) {
            EventStore forgetful = intercepted(store, "knownReceipts", (original, arguments) -> Collections.emptySet());
            AtomicInteger number = new AtomicInteger();
            return recording(
                    forgetful,
                    receipt -> new NewReceipt(
                            Altered.identity(receipt.record(), store + "/" + number.incrementAndGet()),
                            receipt.content()));
        }
    },
    /** The cursor moves over mails that were not recorded. */
    CURSOR_MOVES_BEFORE_THE_RECORD(Invariant.ONE_EVENT_PER_RECEIPT) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "record", (original, arguments) -> {
                ReceiptUnit unit = (ReceiptUnit) arguments[0];
                ReceiptUnit cursors = new ReceiptUnit(unit.fence(), List.of(), List.of(), List.of(), unit.cursors());
                Object moved = unit.cursors().isEmpty() ? true : original.call(cursors, arguments[1]);
                return Boolean.TRUE.equals(moved)
                        ? original.call(
                                new ReceiptUnit(
                                        unit.fence(), unit.receipts(), unit.judgements(), unit.changes(), List.of()),
                                arguments[1])
                        : moved;
            });
        }
    },
    /** Every signature is trusted. */
    ANY_SIGNATURE_IS_TRUSTED(Invariant.ONLY_PROOF_COUNTS) {
        @Override
        public SignatureVerifier signatures(SignatureVerifier signatures) {
            return entity -> SignatureCheck.of(Verdict.TRUSTED, "planted");
        }
    },
    /** A mail that cannot be read is tried again for ever. */
    POISON_MAIL_IS_NEVER_PASSED_OVER(Invariant.NOTHING_STOPS_OTHERS) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "record", (original, arguments) -> {
                boolean passedOver = ((ReceiptUnit) arguments[0])
                        .receipts().stream()
                                .anyMatch(receipt -> receipt.record().disposition() == Disposition.UNREADABLE);
                if (passedOver) {
                    throw new RetryableStoreException("planted", null);
                }
                return original.call(arguments);
            });
        }
    },
    /** What is fetched is marked as read. */
    FETCH_MARKS_AS_SEEN(Invariant.MAILBOX_IS_UNTOUCHED) {
        @Override
        public MailboxConnector mailboxes(MailboxConnector mailboxes, SimulatedProvider provider) {
            return account -> Interception.of(
                    MailboxConnection.class, mailboxes.connect(account), "contents", (original, arguments) -> {
                        long[] uids = (long[]) arguments[0];
                        provider.folders(account).values().stream()
                                .flatMap(folder -> folder.mails().stream())
                                .filter(mail -> Arrays.stream(uids).anyMatch(uid -> uid == mail.uid()))
                                .forEach(mail -> mail.flags().add("\\Seen"));
                        return original.call(arguments);
                    });
        }
    },
    /** A receipt is judged and its bytes are thrown away. */
    RECEIPT_BYTES_ARE_NOT_KEPT(Invariant.EVIDENCE_IS_KEPT) {
        @Override
        public EventStore store(EventStore store) {
            return recording(store, receipt -> new NewReceipt(Altered.withoutContent(receipt.record()), null));
        }
    },
    /** A receipt is kept as text, with other line ends. */
    RECEIPT_BYTES_ARE_CHANGED(Invariant.EVIDENCE_IS_KEPT) {
        @Override
        public EventStore store(EventStore store) {
            return recording(store, receipt -> {
                if (receipt.content() == null) {
                    return receipt;
                }
                String text = new String(Ledger.read(receipt.content()), StandardCharsets.ISO_8859_1);
                byte[] changed = text.replace("\r\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
                return new NewReceipt(receipt.record(), new CopiedContent(changed));
            });
        }
    },
    /** A report that the host refused passes for accepted. */
    REFUSED_REPORT_IS_ACKNOWLEDGED(Invariant.REPORTS_ARRIVE_IN_ORDER) {
        @Override
        public DeliveryReportSink sink(DeliveryReportSink sink) {
            return report -> {
                try {
                    sink.deliver(report);
                } catch (IOException refused) {
                    return ReportAnswer.accepted();
                }
                return ReportAnswer.accepted();
            };
        }
    },
    /** Reports go out with the latest first. */
    REPORTS_ARE_OUT_OF_ORDER(Invariant.REPORTS_ARRIVE_IN_ORDER) {
        @Override
        public EventStore store(EventStore store) {
            return intercepted(store, "pendingReports", (original, arguments) -> {
                List<PendingReport> pending = new ArrayList<>((List<PendingReport>) original.call(arguments));
                Collections.reverse(pending);
                return pending;
            });
        }
    },
    /** The reason why a message was not sent shows the login. */
    REASON_SHOWS_THE_PASSWORD(Invariant.SECRETS_STAY_SECRET) {
        @Override
        public SmtpSender sender(SmtpSender sender) {
            return sending(sender, transmission -> {
                SendOutcome outcome = sender.send(transmission);
                return outcome instanceof SendOutcome.NotSent failed
                                && transmission.account().smtpCredentials() instanceof Credentials.Password password
                        ? new SendOutcome.NotSent(
                                failed.phase(),
                                "login failed: " + password.password().reveal())
                        : outcome;
            });
        }
    };

    private final Invariant breaks;

    PlantedBug(Invariant breaks) {
        this.breaks = breaks;
    }

    Invariant breaks() {
        return breaks;
    }

    private static EventStore intercepted(EventStore store, String method, Interception interception) {
        return Interception.of(EventStore.class, store, method, interception);
    }

    private static SmtpSender sending(SmtpSender sender, Function<Transmission, SendOutcome> send) {
        return Interception.of(
                SmtpSender.class, sender, "send", (original, arguments) -> send.apply((Transmission) arguments[0]));
    }

    private static EventStore recording(EventStore store, Function<NewReceipt, NewReceipt> change) {
        return intercepted(store, "record", (original, arguments) -> {
            ReceiptUnit unit = (ReceiptUnit) arguments[0];
            List<NewReceipt> receipts = unit.receipts().stream().map(change).toList();
            return original.call(
                    new ReceiptUnit(unit.fence(), receipts, unit.judgements(), unit.changes(), unit.cursors()),
                    arguments[1]);
        });
    }
}
