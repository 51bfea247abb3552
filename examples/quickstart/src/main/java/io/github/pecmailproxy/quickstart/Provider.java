package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.time.Duration;
import java.util.List;

/** Where the quickstart sends to, and what it sends there. */
interface Provider extends AutoCloseable {
    /** Names the database file. */
    String name();

    String description();

    MailAccount account();

    ProviderTrust trust();

    Duration pollInterval();

    List<OutgoingMessage> messages();

    /** Waits until nothing more is to be expected; false when it took too long. */
    boolean awaitOutcomes(MailProxy proxy, LiveProgress progress) throws InterruptedException;

    /** Returns what did not turn out as it should have. */
    List<String> surprises(MailProxy proxy);

    String farewell();

    @Override
    void close();
}
