package io.github.pecmailproxy.benchmarks;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.storage.jdbc.JdbcEventStore;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageFilter;
import jakarta.mail.FetchProfile;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.operator.OperatorCreationException;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPMessage;

/**
 * Reads receipts that wait in Dovecot through the engine's poller into PostgreSQL, in turns with Angus, which fetches the same mails in
 * bulk, walks to their daticert and keeps nothing; then takes the time from the delivery of single receipts to their events.
 */
final class ReceivingRates {
    private static final int ROUNDS = 5;
    private static final int WARM_UPS = 4;
    private static final int WARM_UP = 2_500;
    private static final int UNIT = 1_000;
    private static final int BULK = 500;
    private static final int MOST_LOOKS = 30_000;
    private static final String SENDER = "bruno@pec.example";
    private static final String ROW = "%-46s %12s %8s%n";

    private final Path mailFolder;
    private final int imapPort;
    private final int smtpPort;
    private final String url;
    private final SampleReceipts samples = new SampleReceipts();
    private final SignedReceipts signed;
    private long next;

    private ReceivingRates(Path mailFolder, int imapPort, int smtpPort, String url)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        this.mailFolder = mailFolder;
        this.imapPort = imapPort;
        this.smtpPort = smtpPort;
        this.url = url;
        this.signed = new SignedReceipts();
    }

    /** Measures and prints; {@code quick} takes a quarter of the receipts and three rounds. */
    static void print(boolean quick)
            throws IOException, InterruptedException, MessagingException, GeneralSecurityException,
                    OperatorCreationException, CMSException {
        try (TemporaryFolder folder = new TemporaryFolder("receiving");
                LocalServer sink = LocalServer.smtpSink().orElseThrow(() -> missing("smtp-sink"));
                LocalServer postgresql =
                        LocalServer.postgresql(folder.path("postgresql")).orElseThrow(() -> missing("PostgreSQL"));
                LocalServer dovecot =
                        LocalServer.dovecot(folder.path("dovecot")).orElseThrow(() -> missing("Dovecot"))) {
            ReceivingRates rates = new ReceivingRates(
                    folder.path("dovecot"),
                    dovecot.port(),
                    sink.port(),
                    "jdbc:postgresql://127.0.0.1:" + postgresql.port() + "/postgres");
            rates.rates(quick ? 2_500 : 10_000, quick ? 3 : ROUNDS);
            rates.delays(quick ? 50 : 300);
        }
    }

    private static IOException missing(String server) {
        return new IOException(server + " is not installed");
    }

    // ------------------------------------------------------------------------------------------------ waiting mails

    private void rates(int receipts, int rounds)
            throws IOException, InterruptedException, MessagingException, GeneralSecurityException,
                    OperatorCreationException, CMSException {
        List<Double> angus = new ArrayList<>();
        List<Double> engine = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = -WARM_UPS; round < rounds; round++) {
            int count = round < 0 ? WARM_UP : receipts;
            MailAccount account = account("round" + round);
            MailDrop drop = new MailDrop(mailFolder, "round" + round);
            for (TrackedMessage message : send(account, count)) {
                drop.deliver(signed.sign(samples.acceptance(subject(message))));
            }
            fetchAndWalk(account, count); // Lets the server number the mails.
            double before = fetchAndWalk(account, count);
            double rate = poll(account, count);
            double after = fetchAndWalk(account, count);
            if (round >= 0) {
                angus.add((before + after) / 2);
                engine.add(rate);
                ratios.add(rate * 2 / (before + after));
            }
        }
        System.out.printf(Locale.ROOT, ROW, "receipts of 7 kB waiting in Dovecot", "per second", "ratio");
        System.out.printf(Locale.ROOT, ROW, "Angus, bulk FETCH and walk to the daticert", whole(median(angus)), "1.00");
        System.out.printf(
                Locale.ROOT,
                ROW,
                String.format(Locale.ROOT, "%,d verified and recorded on PostgreSQL", receipts),
                whole(median(engine)),
                String.format(Locale.ROOT, "%.2f", median(ratios)));
    }

    /** Fetches everything in bulk and decodes every daticert, and returns how many mails a second. */
    private double fetchAndWalk(MailAccount account, int count) throws MessagingException, IOException {
        Session session = Session.getInstance(new Properties());
        try (Store store = session.getStore("imap")) {
            long started = System.nanoTime();
            store.connect("127.0.0.1", imapPort, user(account), "secret");
            try (Folder inbox = store.getFolder("INBOX")) {
                inbox.open(Folder.READ_ONLY);
                FetchProfile whole = new FetchProfile();
                whole.add(IMAPFolder.FetchProfileItem.MESSAGE);
                Message[] messages = inbox.getMessages();
                for (int from = 0; from < messages.length; from += BULK) {
                    Message[] bulk = Arrays.copyOfRange(messages, from, Math.min(messages.length, from + BULK));
                    inbox.fetch(bulk, whole);
                    for (Message message : bulk) {
                        if (DaticertWalk.find(message).length == 0) {
                            throw new IllegalStateException("no daticert.xml");
                        }
                        ((IMAPMessage) message).invalidateHeaders();
                    }
                }
                if (messages.length != count) {
                    throw new IllegalStateException("of " + count + " mails " + messages.length + " were there");
                }
            }
            return perSecond(count, System.nanoTime() - started);
        }
    }

    /** Lets the engine read what waits, and returns how many receipts a second, the last commit included. */
    private double poll(MailAccount account, int count) {
        try (EventStore store = store();
                MailProxy proxy = proxy(store, account).build()) {
            long accepted = accepted(proxy);
            long started = System.nanoTime();
            int recorded = proxy.poller().pollOnce(account.key());
            long nanos = System.nanoTime() - started;
            if (recorded != count || accepted(proxy) - accepted != count) {
                throw new IllegalStateException("of " + count + " receipts " + recorded + " were recorded, "
                        + (accepted(proxy) - accepted) + " became events");
            }
            return perSecond(count, nanos);
        }
    }

    private static long accepted(MailProxy proxy) {
        return proxy.statistics().count(MessageState.ACCEPTED);
    }

    // ------------------------------------------------------------------------------------------------ single mails

    /** Delivers receipts one after another while the engine runs, and prints how long each took to become an event. */
    private void delays(int count)
            throws IOException, InterruptedException, GeneralSecurityException, OperatorCreationException,
                    CMSException {
        MailAccount account = account("single");
        MailDrop drop = new MailDrop(mailFolder, "single");
        List<TrackedMessage> messages = send(account, count + 1);
        List<Double> milliseconds = new ArrayList<>();
        try (EventStore store = store();
                MailProxy proxy = proxy(store, account).build()) {
            proxy.start();
            while (!proxy.poller().mailboxes().get(0).idling()) {
                Thread.sleep(10);
            }
            for (TrackedMessage message : messages) {
                byte[] receipt = signed.sign(samples.acceptance(subject(message)));
                Thread.sleep(20 + next++ * 37 % 150); // At no rhythm that the server could share.
                long started = System.nanoTime();
                drop.deliver(receipt);
                for (int look = 0; look < MOST_LOOKS && !isAccepted(proxy, message); look++) {
                    Thread.sleep(1);
                }
                milliseconds.add((System.nanoTime() - started) / 1e6);
            }
        }
        List<Double> sorted = milliseconds.stream().skip(1).sorted().toList();
        System.out.printf(Locale.ROOT, ROW, "from delivery to event, IDLE", "ms", "");
        System.out.printf(Locale.ROOT, ROW, "median of " + count, whole(median(sorted)), "");
        System.out.printf(Locale.ROOT, ROW, "95 % within", whole(sorted.get(sorted.size() * 95 / 100)), "");
        System.out.printf(Locale.ROOT, ROW, "longest", whole(sorted.get(sorted.size() - 1)), "");
    }

    private static boolean isAccepted(MailProxy proxy, TrackedMessage message) {
        return proxy.message(message.key())
                .filter(found -> found.state() == MessageState.ACCEPTED)
                .isPresent();
    }

    // ------------------------------------------------------------------------------------------------ preparing

    /** Sends messages and returns them as they are then. */
    private List<TrackedMessage> send(MailAccount account, int count) throws InterruptedException {
        try (EventStore store = store();
                MailProxy proxy = proxy(store, withoutMailbox(account)).build()) {
            for (int from = 0; from < count; from += UNIT) {
                List<OutgoingMessage> unit = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + UNIT); i++) {
                    unit.add(OutgoingMessage.builder()
                            .id("m" + next++)
                            .account(account.key().id())
                            .from(SENDER)
                            .to("anna@pec.example")
                            .subject("Fattura")
                            .text("In allegato la fattura.\r\n")
                            .build());
                }
                proxy.queue().enqueue(unit);
            }
            proxy.start();
            MessageFilter ofAccount = MessageFilter.ALL
                    .ofTenant(account.key().tenant())
                    .ofAccount(account.key().id());
            MessageFilter unsent = ofAccount
                    .inState(MessageState.QUEUED, MessageState.SENDING, MessageState.DEFERRED)
                    .limit(1);
            while (!store.messages(unsent).isEmpty()) {
                Thread.sleep(20);
            }
            List<TrackedMessage> sent = new ArrayList<>();
            MessageFilter page = ofAccount.inState(MessageState.SENT).limit(UNIT);
            List<TrackedMessage> found = store.messages(page);
            while (!found.isEmpty()) {
                sent.addAll(found);
                found = store.messages(page.after(found.get(found.size() - 1).sequence()));
            }
            if (sent.size() != count) {
                throw new IllegalStateException("of " + count + " messages " + sent.size() + " were sent");
            }
            return sent;
        }
    }

    private static SampleReceipts.Subject subject(TrackedMessage message) {
        String id = message.messageId().replaceAll("[<>]", "");
        return new SampleReceipts.Subject(id, "pec123." + message.sequence() + ".1.63@provider.example");
    }

    private EventStore store() {
        return JdbcEventStore.open(url, "postgres", "");
    }

    private MailProxyBuilder proxy(EventStore store, MailAccount account) {
        X509Certificate authority = signed.authority();
        return MailProxy.builder()
                .store(store)
                .account(account)
                .trust(ProviderTrust.builder().anchor(authority).build());
    }

    private MailAccount account(String id) {
        return MailAccount.ordinary(id)
                .address(SENDER)
                .smtp(new MailServer("127.0.0.1", smtpPort, Transport.PLAIN))
                .imap(new MailServer("127.0.0.1", imapPort, Transport.PLAIN))
                .imapCredentials(id, "secret")
                .readFrom(Instant.EPOCH)
                .build();
    }

    private MailAccount withoutMailbox(MailAccount account) {
        AccountKey key = account.key();
        return MailAccount.ordinary(key.id())
                .address(SENDER)
                .smtp(account.smtp())
                .build();
    }

    private static String user(MailAccount account) {
        return account.key().id();
    }

    private static double perSecond(int count, long nanos) {
        return count * 1e9 / nanos;
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
