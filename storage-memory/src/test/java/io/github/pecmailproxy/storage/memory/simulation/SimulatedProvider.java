package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** The PEC provider and the mailboxes, out of order, with repetitions and forgeries as they come. */
final class SimulatedProvider {
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Map<AccountKey, Map<String, SimulatedFolder>> mailboxes = new LinkedHashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final List<SimulatedReceipt> written = new ArrayList<>();
    private int numbered;

    /** A mail that will come into a mailbox. */
    private record Due(Instant at, int number, AccountKey account, byte[] mail, Optional<SimulatedReceipt> genuine)
            implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime == 0 ? Integer.compare(number, other.number) : byTime;
        }
    }

    SimulatedProvider(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.random = random;
        for (MailAccount account : SimulatedAccounts.ALL) {
            Map<String, SimulatedFolder> folders = new LinkedHashMap<>();
            account.folders().forEach(folder -> folders.put(folder, new SimulatedFolder()));
            mailboxes.put(account.key(), folders);
        }
    }

    boolean isDead(MailAccount account) {
        return account.key().equals(SimulatedAccounts.DEAD.key());
    }

    Map<String, SimulatedFolder> folders(MailAccount account) {
        return mailboxes.get(account.key());
    }

    /** Takes a message over: from here on it is certified mail, however often the same one comes. */
    void accept(MailAccount account, String messageId, List<String> recipients) {
        if (!account.pec()) {
            return;
        }
        String providerId = "opec" + ++numbered + ".20261123080000.00001.1.63@provider.example";
        Instant now = simulation.time().world();
        String sender = account.address().address();
        SimulatedReceipt blank =
                new SimulatedReceipt("", "", providerId, messageId, sender, recipients, "", "nessuno", "", now);
        if (happens(0.05)) {
            receipt(account, blank, "non-accettazione", "", "altro", "eccezioni formali", now.plus(between(5, 600)));
            return;
        }
        Instant accepted = now.plus(
                switch (random.nextInt(10)) {
                    case 0 -> between(2_400, 21_600);
                    case 1, 2 -> between(120, 1_500);
                    default -> between(1, 120);
                });
        if (!happens(0.03)) {
            receipt(account, blank, "accettazione", "", "nessuno", "", accepted);
        }
        for (String recipient : recipients) {
            certify(account, blank, recipient, now.plus(between(1, 5)));
        }
    }

    private void certify(MailAccount account, SimulatedReceipt blank, String recipient, Instant now) {
        if (happens(0.2)) {
            receipt(account, blank, "presa-in-carico", recipient, "nessuno", "", now.plus(between(1, 600)));
        }
        int fate = random.nextInt(100);
        if (fate < 75) {
            Duration taken = happens(0.8) ? between(2, 300) : between(300, 36_000);
            receipt(account, blank, "avvenuta-consegna", recipient, "nessuno", "", now.plus(taken));
        } else if (fate < 84) {
            receipt(
                    account,
                    blank,
                    "errore-consegna",
                    recipient,
                    "no-dest",
                    "5.1.1 - indirizzo non valido",
                    now.plus(between(2, 600)));
        } else if (fate < 95) {
            Instant late = now.plus(Duration.ofHours(12));
            String type = "preavviso-errore-consegna";
            receipt(account, blank, type, recipient, "altro", "consegna ritardata oltre 12 ore", late);
            if (happens(0.5)) {
                String words = "5.4.1 - tempo massimo superato";
                receipt(account, blank, type, recipient, "altro", words, now.plus(Duration.ofHours(24)));
            }
            if (happens(0.4)) {
                Instant after = late.plus(between(60, 50_000));
                receipt(account, blank, "avvenuta-consegna", recipient, "nessuno", "", after);
            }
        }
        // Of the rest nothing is heard.
    }

    private void receipt(
            MailAccount account,
            SimulatedReceipt blank,
            String type,
            String recipient,
            String error,
            String detail,
            Instant time) {
        SimulatedReceipt receipt = new SimulatedReceipt(
                type,
                receiptId(),
                blank.providerId(),
                blank.messageId(),
                blank.sender(),
                blank.recipients(),
                recipient,
                error,
                detail,
                time);
        written.add(receipt);
        send(account.key(), receipt.mail(true), Optional.of(receipt), time.plus(between(0, 30)));
        if (happens(0.15)) {
            send(account.key(), receipt.mail(true), Optional.of(receipt), time.plus(between(0, 90_000)));
        }
        if (happens(0.08)) {
            // Its own Message-ID is not signed: under another one it is still the same receipt.
            SimulatedReceipt replay = receipt.withReceiptId(receiptId());
            send(account.key(), replay.mail(true), Optional.of(replay), time.plus(between(0, 90_000)));
        }
    }

    private String receiptId() {
        return "<opec" + ++numbered + ".ricevuta@provider.example>";
    }

    private void send(AccountKey account, byte[] mail, Optional<SimulatedReceipt> genuine, Instant at) {
        due.add(new Due(at, ++numbered, account, mail, genuine));
    }

    /** Brings the mails whose time has come. */
    void deliverDue() {
        Instant now = simulation.time().world();
        while (!due.isEmpty() && !due.peek().at().isAfter(now)) {
            Due mail = due.poll();
            Map<String, SimulatedFolder> folders = mailboxes.get(mail.account());
            List<SimulatedFolder> all = List.copyOf(folders.values());
            SimulatedFolder folder = all.get(happens(0.8) ? 0 : all.size() - 1);
            folder.deliver(mail.mail(), now, false);
            mail.genuine().ifPresent(receipt -> simulation.ledger().delivered(mail.account(), receipt));
            simulation.trace().add("provider", "delivers to ", mail.account(), " ", mail.genuine());
        }
    }

    Optional<Instant> nextDue() {
        return Optional.ofNullable(due.peek()).map(Due::at);
    }

    /** Does something to a mailbox that no node did. */
    void mischief() {
        AccountKey account = (happens(0.5) ? SimulatedAccounts.RESENDING : SimulatedAccounts.HOLDING).key();
        List<SimulatedFolder> folders = List.copyOf(mailboxes.get(account).values());
        SimulatedFolder folder = folders.get(random.nextInt(folders.size()));
        Instant now = simulation.time().world();
        int kind = random.nextInt(8);
        simulation.trace().add("mailbox", account, " mischief ", kind);
        switch (kind) {
            case 0 -> folder.renumber();
            case 1 -> {
                if (!folder.mails().isEmpty()) {
                    folder.move(random.nextInt(folder.mails().size()), folders.get(random.nextInt(folders.size())));
                }
            }
            case 2 -> folder.deliver(ordinaryMail(), now, false);
            case 3 -> folder.deliver(garbage(), now, false);
            case 4 -> folder.deliver(garbage(), now, true);
            case 5, 6 -> forge(folder, now);
            default -> misplace(account, now);
        }
    }

    private void forge(SimulatedFolder folder, Instant now) {
        if (written.isEmpty()) {
            return;
        }
        SimulatedReceipt model = written.get(random.nextInt(written.size()));
        String recipient = model.recipients().get(0);
        boolean signed = happens(0.4);
        // Whoever cannot sign names whom he likes; a signed one is genuine but speaks of somebody else's message.
        SimulatedReceipt forged = new SimulatedReceipt(
                "avvenuta-consegna",
                receiptId(),
                model.providerId(),
                model.messageId(),
                signed ? "altri@pec.example" : model.sender(),
                model.recipients(),
                recipient,
                "nessuno",
                "",
                now);
        simulation.ledger().forged(forged);
        folder.deliver(forged.mail(signed), now, false);
    }

    /** Brings a genuine receipt into the mailbox of an account that did not send its message. */
    private void misplace(AccountKey account, Instant now) {
        written.stream()
                .filter(receipt -> SimulatedAccounts.ALL.stream()
                        .noneMatch(sender ->
                                sender.key().equals(account) && sender.address().sameMailbox(receipt.sender())))
                .findFirst()
                .ifPresent(receipt -> {
                    SimulatedReceipt stray = receipt.withReceiptId(receiptId());
                    simulation.ledger().forged(stray);
                    mailboxes.get(account).get("INBOX").deliver(stray.mail(true), now, false);
                });
    }

    private byte[] ordinaryMail() {
        return ("From: anna@example.com\r\nTo: uno@pec.example\r\nMessage-ID: <" + ++numbered
                        + "@example.com>\r\nSubject: ciao\r\n\r\nciao\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] garbage() {
        return ("X-Ricevuta: avvenuta-consegna\r\nMessage-ID: <" + ++numbered
                        + "\r\nContent-Type: multipart/signed; boundary=\r\n\r\n--\u0000\u00ff--")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private Duration between(int least, int most) {
        return Duration.ofSeconds(least + random.nextInt(most - least + 1));
    }

    private boolean happens(double probability) {
        return random.nextDouble() < probability;
    }
}
