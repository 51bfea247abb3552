package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import io.github.pecmailproxy.internal.imap.ReferenceSearch.Finding;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailboxReferenceSearchTest {
    private static final MailAccount ACCOUNT =
            PollerFixture.account("pec").folders("INBOX", "Ricevute").build();

    private final FakeMailbox mailbox = new FakeMailbox(new SettableClock(), new Steps());
    private final MailboxReferenceSearch search = new MailboxReferenceSearch(mailbox);

    MailboxReferenceSearchTest() {
        mailbox.folder("Ricevute");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Riferimento-Message-ID: <a.1@b>\r\n",
                "x-riferimento-message-id:\r\n  <a.1@b> \r\n",
                "X-Riferimento-Message-ID: a.1@b\r\n",
                "REM-UAMessageIdentifier: <a.1@b>\r\n"
            })
    void findsWhatSpeaksOfAMessageInAnyFolder(String header) {
        mailbox.folder("Ricevute").add(header, "", Instant.EPOCH);

        assertThat(search.search(ACCOUNT, "<a.1@b>")).isEqualTo(Finding.FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Riferimento-Message-ID: <aa.1@b>\r\n",
                "X-Riferimento-Message-ID: <a.1@bb>\r\n",
                "X-Riferimento-Message-ID: <A.1@B>\r\n",
                "Subject: <a.1@b>\r\n"
            })
    void isNotDeceivedByWhatIsOnlySimilar(String header) {
        mailbox.folder("INBOX").add(header, "", Instant.EPOCH);

        assertThat(search.search(ACCOUNT, "<a.1@b>")).isEqualTo(Finding.NOTHING);
    }

    @Test
    void saysNothingWasFoundOnlyIfEveryFolderWasSearched() {
        mailbox.removeFolder("Ricevute");

        assertThat(search.search(ACCOUNT, "<a.1@b>")).isEqualTo(Finding.NO_ANSWER);
    }

    @Test
    void findsInOneFolderThoughAnotherIsMissing() {
        mailbox.removeFolder("INBOX");
        mailbox.folder("Ricevute").add("X-Riferimento-Message-ID: <a.1@b>\r\n", "", Instant.EPOCH);

        assertThat(search.search(ACCOUNT, "<a.1@b>")).isEqualTo(Finding.FOUND);
    }

    @Test
    void givesNoAnswerWhenTheServerCannotBeReached() {
        mailbox.refusingConnections(new MailboxException(Kind.UNREACHABLE, "no route", null));

        assertThat(search.search(ACCOUNT, "<a.1@b>")).isEqualTo(Finding.NO_ANSWER);
    }

    @Test
    void usesOneConnectionForManyMessagesAndAnotherWhenThatOneDied() {
        search.search(ACCOUNT, "<a.1@b>");
        search.search(ACCOUNT, "<a.2@b>");
        assertThat(mailbox.logins()).isEqualTo(1);
        mailbox.cutConnections();

        assertThat(search.search(ACCOUNT, "<a.3@b>")).isEqualTo(Finding.NOTHING);
        search.close();

        assertThat(mailbox.openConnections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<>", "<a\r\n@b>", "<\u00e8@b>", "<a b@c>"})
    void refusesWhatIsNoMessageId(String messageId) {
        assertThatThrownBy(() -> search.search(ACCOUNT, messageId)).isInstanceOf(IllegalArgumentException.class);
    }
}
