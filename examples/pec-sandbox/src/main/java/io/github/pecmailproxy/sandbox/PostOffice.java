package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The provider behind the servers: takes submissions, decides each recipient's fate, and puts receipts and envelopes into
 * mailboxes when they are due. Thread-safe.
 */
final class PostOffice {
    /** Daticert carries Italian legal time (facts 1.3). */
    static final ZoneId LEGAL_TIME = ZoneId.of("Europe/Rome");

    private final Provider defaultProvider;
    private final Map<String, Provider> providersByDomain;
    private final Set<String> externalDomains = ConcurrentHashMap.newKeySet();
    private final Map<String, MailAccount> accounts = new ConcurrentHashMap<>();
    private final Map<String, Fate> fates = new ConcurrentHashMap<>();
    private final Fate defaultFate;
    private final FormalChecks checks;
    private final MailComposer composer;
    private final Journal journal;
    private final InstantSource clock;
    private final double timeScale;
    private final boolean manual;
    private final DueQueue queue = new DueQueue();
    private final ReceiptRules rules = new ReceiptRules(queue::wakeUp);
    private final List<AcceptedMessage> accepted = new ArrayList<>();

    PostOffice(
            Provider defaultProvider,
            Map<String, Provider> providersByDomain,
            Fate defaultFate,
            FormalChecks checks,
            MailComposer composer,
            Journal journal,
            InstantSource clock,
            double timeScale,
            boolean manual) {
        this.defaultProvider = defaultProvider;
        this.providersByDomain = Map.copyOf(providersByDomain);
        this.defaultFate = defaultFate;
        this.checks = checks;
        this.composer = composer;
        this.journal = journal;
        this.clock = clock;
        this.timeScale = timeScale;
        this.manual = manual;
    }

    ReceiptRules rules() {
        return rules;
    }

    DueQueue queue() {
        return queue;
    }

    MailComposer composer() {
        return composer;
    }

    InstantSource clock() {
        return clock;
    }

    ZonedDateTime now() {
        return legalTime(clock.instant());
    }

    /** The provider that manages a domain: one that was named for it, else the sandbox's own. */
    Provider providerOf(String domain) {
        return providersByDomain.getOrDefault(domain, defaultProvider);
    }

    void addAccount(MailAccount account) {
        accounts.put(MailAddresses.key(account.address()), account);
    }

    Optional<MailAccount> account(String address) {
        return Optional.ofNullable(accounts.get(MailAddresses.key(address)));
    }

    void setFate(String address, Fate fate) {
        fates.put(MailAddresses.key(address), fate);
    }

    void addExternalDomain(String domain) {
        externalDomains.add(MailAddresses.key(domain));
    }

    Fate fateOf(String address) {
        Fate chosen = fates.get(MailAddresses.key(address));
        if (chosen != null) {
            return chosen;
        }
        if (account(address).isPresent()) {
            return Fate.delivered();
        }
        if (externalDomains.contains(MailAddresses.domain(address))) {
            return Fate.external();
        }
        return FateByAddress.of(address).orElse(defaultFate);
    }

    List<AcceptedMessage> accepted() {
        synchronized (accepted) {
            return List.copyOf(accepted);
        }
    }

    /**
     * Takes a message. When this returns the message and what is to be done about it are written down, and what is due at once
     * in automatic mode lies in the mailboxes.
     */
    AcceptedMessage submit(Submission submission) {
        Instant acceptedAt = clock.instant();
        byte[] canonical = TransferEncodings.canonicalLineEnds(submission.raw());
        MailHeaders headers = MailHeaders.parse(canonical);
        Map<String, Fate> chosen = new LinkedHashMap<>();
        submission.recipients().forEach(address -> chosen.put(address, fateOf(address)));
        ZonedDateTime time = legalTime(acceptedAt);
        String identifier = composer.newMessageIdentifier(submission.account().provider(), time);
        CertifiedMessage message = certify(submission, chosen, canonical, headers, identifier, time);
        Optional<Fate.NotAccepted> refusal = checks.fault(submission, headers)
                .map(fault -> new Fate.NotAccepted(false, fault))
                .or(() -> chosen.values().stream()
                        .filter(Fate.NotAccepted.class::isInstance)
                        .map(Fate.NotAccepted.class::cast)
                        .findFirst());
        List<Step> steps = steps(message, submission.account(), chosen, refusal);
        List<Change.PlannedStep> planned = planned(acceptedAt, steps);
        String file = journal.keep(submission.raw());
        AcceptedMessage taken = journal.atomically(() -> {
            long number = accepted().size() + 1L;
            AcceptedMessage next = taken(number, acceptedAt, submission, message, refusal);
            journal.record(
                    new Change.MessageAccepted(
                            number,
                            acceptedAt,
                            submission.account().address(),
                            submission.sender(),
                            submission.clientName(),
                            identifier,
                            file,
                            refusal,
                            chosen,
                            planned),
                    () -> add(next));
            return next;
        });
        for (Change.PlannedStep plannedStep : planned) {
            DueStep step = new DueStep(taken.number(), plannedStep, steps.get(plannedStep.index()));
            if (plannedStep.due().equals(acceptedAt) && !manual && !rules.isHeld()) {
                perform(step);
            } else {
                queue.add(plannedStep.due(), () -> perform(step));
            }
        }
        return taken;
    }

    /** Takes up what an earlier life left: its messages, and those of their steps that were not done. */
    void restore(ProviderMemory memory) throws IOException {
        for (Change.MessageAccepted past : memory.messages()) {
            Submission submission = new Submission(
                    account(past.user())
                            .orElseThrow(() -> new IllegalStateException("the journal has no mailbox " + past.user())),
                    past.sender(),
                    List.copyOf(past.fates().keySet()),
                    memory.mail(past.file()),
                    past.clientName());
            byte[] canonical = TransferEncodings.canonicalLineEnds(submission.raw());
            CertifiedMessage message = certify(
                    submission,
                    past.fates(),
                    canonical,
                    MailHeaders.parse(canonical),
                    past.identifier(),
                    legalTime(past.acceptedAt()));
            add(taken(past.number(), past.acceptedAt(), submission, message, past.refusal()));
            List<Step> steps = steps(message, submission.account(), past.fates(), past.refusal());
            for (Change.PlannedStep planned : past.steps()) {
                if (!memory.isDone(past.number(), planned.index())) {
                    DueStep step = new DueStep(past.number(), planned, steps.get(planned.index()));
                    queue.add(planned.due(), () -> perform(step));
                }
            }
        }
    }

    private static AcceptedMessage taken(
            long number,
            Instant acceptedAt,
            Submission submission,
            CertifiedMessage message,
            Optional<Fate.NotAccepted> refusal) {
        return new AcceptedMessage(
                number,
                acceptedAt,
                submission.account().address(),
                message,
                submission.raw(),
                refusal.map(Fate.NotAccepted::reason));
    }

    private void add(AcceptedMessage message) {
        synchronized (accepted) {
            accepted.add(message);
        }
    }

    /** Does everything that is due now, in order; returns how many pieces of work that was. */
    int runDue() {
        int done = 0;
        while (!rules.isHeld()) {
            Optional<DueQueue.Task> task = queue.takeDue(clock.instant());
            if (task.isEmpty()) {
                return done;
            }
            task.get().work().run();
            done++;
        }
        return done;
    }

    /** One thing the provider does some time after acceptance; its mails are written only then. */
    private record Step(ReceiptType type, Duration after, Writer writer) {}

    /** Writes the mails of one step. */
    private interface Writer {
        List<Parcel> write(ZonedDateTime time);
    }

    /** A mail and the mailbox it is for. */
    private record Parcel(MailAccount account, byte[] mail) {}

    /** A step of a message, with its time. */
    private record DueStep(long message, Change.PlannedStep planned, Step step) {}

    private List<Change.PlannedStep> planned(Instant acceptedAt, List<Step> steps) {
        List<Change.PlannedStep> planned = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            Duration after = scaled(step.after().plus(rules.delayOf(step.type())));
            planned.add(new Change.PlannedStep(i, acceptedAt.plus(after)));
        }
        if (rules.isDeliveryFirst()) {
            Collections.reverse(planned);
        }
        return planned;
    }

    /** Writes the step's mails; that they are delivered and that the step is done becomes true at one moment. */
    private void perform(DueStep due) {
        List<Parcel> parcels = due.step().writer().write(legalTime(due.planned().due()));
        journal.atomically(() -> {
            parcels.forEach(parcel -> parcel.account().deliver(parcel.mail(), clock.instant()));
            journal.record(new Change.StepDone(due.message(), due.planned().index()), () -> {});
            return parcels;
        });
    }

    /** What is done about a message; depends on nothing but the arguments and how the sandbox was set up. */
    private List<Step> steps(
            CertifiedMessage message,
            MailAccount account,
            Map<String, Fate> chosen,
            Optional<Fate.NotAccepted> refusal) {
        return refusal.map(fate -> List.of(refused(message, account, fate)))
                .orElseGet(() -> plan(message, account, chosen));
    }

    private Step refused(CertifiedMessage message, MailAccount account, Fate.NotAccepted fate) {
        return new Step(ReceiptType.NON_ACCETTAZIONE, Duration.ZERO, time -> {
            ReceiptSpec spec = ReceiptSpec.of(ReceiptType.NON_ACCETTAZIONE, message, message.provider(), time)
                    .withError(
                            fate.virus() ? DaticertError.VIRUS : DaticertError.ALTRO,
                            (fate.virus() ? "5.5.1" : "5.7.1") + " - "
                                    + message.provider().name() + " - " + fate.reason())
                    .addressedTo(account.address());
            return copies(account, () -> composer.receipt(spec));
        });
    }

    private List<Step> plan(CertifiedMessage message, MailAccount account, Map<String, Fate> chosen) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                ReceiptType.ACCETTAZIONE,
                Duration.ZERO,
                time -> copies(
                        account,
                        () -> composer.receipt(
                                ReceiptSpec.of(ReceiptType.ACCETTAZIONE, message, message.provider(), time)))));
        Supplier<byte[]> envelope = memoized(() -> composer.envelope(message));
        chosen.forEach((address, fate) ->
                steps.addAll(fate.accept(new StepsOfRecipient(message, account, address, envelope))));
        return steps;
    }

    /** What follows for one recipient. */
    private final class StepsOfRecipient implements Fate.Visitor<List<Step>> {
        private final CertifiedMessage message;
        private final MailAccount account;
        private final String recipient;
        private final Supplier<byte[]> envelope;

        StepsOfRecipient(CertifiedMessage message, MailAccount account, String recipient, Supplier<byte[]> envelope) {
            this.message = message;
            this.account = account;
            this.recipient = recipient;
            this.envelope = envelope;
        }

        @Override
        public List<Step> delivered(Fate.Delivered fate) {
            return List.of(delivery(Duration.ZERO));
        }

        @Override
        public List<Step> undeliverable(Fate.Undeliverable fate) {
            Provider issuer = providerOf(MailAddresses.domain(recipient));
            String text = fate.status() + " - " + issuer.name() + " - " + fate.reason();
            return List.of(receipt(ReceiptType.ERRORE_CONSEGNA, Duration.ZERO, issuer, fate.error(), text, false));
        }

        @Override
        public List<Step> virusAtRecipient(Fate.VirusAtRecipient fate) {
            // RFC 6109 section 3.2.4: the sender's provider writes this one; commas as on the wire (facts 5)
            String text = "5.5.1, " + message.provider().name() + ", presenza di un virus nel messaggio";
            return List.of(receipt(
                    ReceiptType.ERRORE_CONSEGNA, Duration.ZERO, message.provider(), DaticertError.VIRUS, text, false));
        }

        @Override
        public List<Step> notAccepted(Fate.NotAccepted fate) {
            throw new IllegalStateException("a message with this fate is refused before its recipients are looked at");
        }

        @Override
        public List<Step> delayed(Fate.Delayed fate) {
            return List.of(firstNotice(fate.notice()), delivery(fate.delivery()));
        }

        @Override
        public List<Step> timedOut(Fate.TimedOut fate) {
            List<Step> steps = new ArrayList<>();
            fate.warning().ifPresent(after -> steps.add(firstNotice(after)));
            String text = "5.4.1 - " + message.provider().name()
                    + " - la consegna non e' avvenuta nelle ventiquattro ore dall'invio: spedizione da ritenersi fallita";
            steps.add(receipt(
                    ReceiptType.PREAVVISO_ERRORE_CONSEGNA,
                    fate.failure(),
                    message.provider(),
                    DaticertError.ALTRO,
                    text,
                    true));
            return steps;
        }

        @Override
        public List<Step> neverAnswered(Fate.NeverAnswered fate) {
            return List.of();
        }

        @Override
        public List<Step> external(Fate.External fate) {
            return List.of();
        }

        @Override
        public List<Step> externalBounced(Fate.ExternalBounced fate) {
            return List.of(new Step(
                    ReceiptType.ERRORE_CONSEGNA,
                    Duration.ZERO,
                    time -> copies(
                            account,
                            () -> composer.anomaly(
                                    message.provider(),
                                    composer.bounce(message, recipient, fate, time),
                                    message.sender(),
                                    time))));
        }

        private Step firstNotice(Duration after) {
            String text = "4.4.7 - " + message.provider().name()
                    + " - la consegna non e' avvenuta nelle prime dodici ore dall'invio";
            return receipt(
                    ReceiptType.PREAVVISO_ERRORE_CONSEGNA, after, message.provider(), DaticertError.ALTRO, text, false);
        }

        private Step delivery(Duration after) {
            return new Step(ReceiptType.AVVENUTA_CONSEGNA, after, time -> {
                List<Parcel> parcels = new ArrayList<>();
                account(recipient)
                        .ifPresent(mailbox -> parcels.add(new Parcel(
                                mailbox,
                                MailComposer.withTrace(
                                        envelope.get(),
                                        message.sender(),
                                        mailbox.address(),
                                        mailbox.provider(),
                                        time))));
                Provider issuer = providerOf(MailAddresses.domain(recipient));
                parcels.addAll(copies(
                        account,
                        () -> composer.receipt(ReceiptSpec.of(ReceiptType.AVVENUTA_CONSEGNA, message, issuer, time)
                                .forRecipient(recipient))));
                return parcels;
            });
        }

        private Step receipt(
                ReceiptType type,
                Duration after,
                Provider issuer,
                DaticertError error,
                String text,
                boolean finalNotice) {
            return new Step(type, after, time -> {
                ReceiptSpec spec = ReceiptSpec.of(type, message, issuer, time)
                        .forRecipient(recipient)
                        .withError(error, text);
                return copies(account, () -> composer.receipt(finalNotice ? spec.asFinalNotice() : spec));
            });
        }
    }

    private List<Parcel> copies(MailAccount account, Supplier<byte[]> writer) {
        int copies = rules.copies();
        return copies == 0 ? List.of() : Collections.nCopies(copies, new Parcel(account, writer.get()));
    }

    private CertifiedMessage certify(
            Submission submission,
            Map<String, Fate> chosen,
            byte[] canonical,
            MailHeaders headers,
            String identifier,
            ZonedDateTime time) {
        Provider provider = submission.account().provider();
        String messageId =
                headers.first("Message-ID").filter(value -> !value.isEmpty()).orElse(null);
        Set<String> to = MailAddresses.addresses(headers, "To").stream()
                .map(MailAddresses::key)
                .collect(Collectors.toSet());
        List<String> copies = MailAddresses.addresses(headers, "Cc").stream()
                .map(MailAddresses::key)
                .filter(address -> !to.contains(address))
                .toList();
        List<MessageRecipient> recipients = chosen.entrySet().stream()
                .map(entry -> new MessageRecipient(entry.getKey(), isCertified(entry.getValue())))
                .toList();
        return new CertifiedMessage(
                provider,
                identifier,
                messageId,
                submission.sender(),
                recipients,
                copies,
                headers.first("Reply-To").or(() -> headers.first("From")).orElse(submission.sender()),
                headers.first("Subject").orElse(null),
                headers.first("X-TipoRicevuta").flatMap(ReceiptVariant::of).orElse(ReceiptVariant.COMPLETA),
                time,
                rewritten(submission, canonical, headers, provider, identifier, messageId, time));
    }

    /** The original with the provider's Message-ID, the client's kept beside it (RFC 6109 section 2.2.1). */
    private static byte[] rewritten(
            Submission submission,
            byte[] canonical,
            MailHeaders headers,
            Provider provider,
            String identifier,
            @Nullable String messageId,
            ZonedDateTime time) {
        List<MailHeaders.Field> fields = new ArrayList<>();
        fields.add(new MailHeaders.Field(
                "Received",
                "Received: from " + submission.clientName().replaceAll("[^\\x21-\\x7e]", "?")
                        + " ([127.0.0.1])\r\n\tby smtps." + provider.domain() + " with ESMTPSA;\r\n\t"
                        + MailText.date(time)));
        for (MailHeaders.Field field : headers.fields()) {
            if (!MailHeaders.isNamed(field, "Message-ID", "X-Riferimento-Message-ID", "Bcc")) {
                fields.add(field);
            }
        }
        fields.add(MailHeaders.field("Message-ID", "<" + identifier + ">"));
        if (messageId != null) {
            fields.add(MailHeaders.field("X-Riferimento-Message-ID", messageId));
        }
        return new MailText(canonical.length + 512)
                .fields(fields)
                .line()
                .raw(Arrays.copyOfRange(canonical, headers.bodyOffset(), canonical.length))
                .toBytes();
    }

    private static boolean isCertified(Fate fate) {
        return !(fate instanceof Fate.External) && !(fate instanceof Fate.ExternalBounced);
    }

    private Duration scaled(Duration duration) {
        return timeScale == 1 ? duration : Duration.ofNanos((long) (duration.toNanos() / timeScale));
    }

    private static ZonedDateTime legalTime(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).atZone(LEGAL_TIME);
    }

    private static <T> Supplier<T> memoized(Supplier<T> supplier) {
        return new Supplier<>() {
            private final List<T> value = new ArrayList<>(1);

            @Override
            public synchronized T get() {
                if (value.isEmpty()) {
                    value.add(supplier.get());
                }
                return value.get(0);
            }
        };
    }
}
