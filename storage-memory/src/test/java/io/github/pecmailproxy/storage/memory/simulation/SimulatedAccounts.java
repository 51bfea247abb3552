package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.UncertainDelivery;
import java.time.Duration;
import java.util.List;

/** The accounts that every simulation has: each of another kind. */
final class SimulatedAccounts {
    /** What nobody may ever get to see. */
    static final String SECRET = "parola-d'ordine-segretissima";

    /** Resends what is in doubt. */
    static final MailAccount RESENDING =
            pec("resending", "uno@pec.example").folders("INBOX").build();

    /** Holds what is in doubt; people sort its mails into a second folder. */
    static final MailAccount HOLDING = pec("holding", "due@pec.example")
            .tenant("other")
            .folders("INBOX", "Ricevute")
            .uncertainDelivery(UncertainDelivery.HOLD)
            .build();

    /** Knows no certified mail. */
    static final MailAccount ORDINARY = MailAccount.ordinary("ordinary")
            .address("tre@example.com")
            .smtps("smtp.example", 465)
            .credentials("tre@example.com", SECRET)
            .build();

    /** Neither of its servers has answered for years. */
    static final MailAccount DEAD = pec("dead", "quattro@pec.example").build();

    static final List<MailAccount> ALL = List.of(DEAD, RESENDING, HOLDING, ORDINARY);

    private SimulatedAccounts() {}

    private static MailAccount.Builder pec(String id, String address) {
        return MailAccount.pec(id)
                .address(address)
                .smtps("smtp.provider.example", 465)
                .imaps("imap.provider.example", 993)
                .credentials(address, SECRET)
                .readFrom(Simulation.START.minus(Duration.ofDays(1)));
    }
}
