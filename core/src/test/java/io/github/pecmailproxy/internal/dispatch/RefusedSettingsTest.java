package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Secret;
import io.github.pecmailproxy.account.Transport;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What of an account a server can object to, and whether it has changed since. */
class RefusedSettingsTest {
    @Test
    void areOthersWhenThereIsAnotherReversePath() {
        RefusedSettings with = RefusedSettings.of(
                account().returnPath("bounce+{token}@ditta.example").build());
        RefusedSettings without = RefusedSettings.of(account().build());

        assertThat(with).isNotEqualTo(without);
        String hash = with.hash();
        assertThat(without.differFrom(hash)).isTrue();
        assertThat(with.differFrom(hash)).isFalse();
    }

    static Stream<UnaryOperator<MailAccount.Builder>> changes() {
        return Stream.of(
                account -> account.smtps("smtp.other.example", 465),
                account -> account.smtps("smtp.ditta.example", 4465),
                account -> account.smtp(new MailServer("smtp.ditta.example", 465, Transport.STARTTLS)),
                account -> account.address("other@ditta.example"),
                account -> account.credentials("other@ditta.example", "not-to-be-seen")
                        .address("info@ditta.example"),
                account -> account.credentials("info@ditta.example", "not-to-be-seen-either"),
                account -> account.credentials(
                                new Credentials.AccessToken("info@ditta.example", () -> Secret.of("not-to-be-seen")))
                        .address("info@ditta.example"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void areOthersWhenAnythingChangesThatTheServerCanObjectTo(UnaryOperator<MailAccount.Builder> change) {
        RefusedSettings before = RefusedSettings.of(account().build());
        RefusedSettings after = RefusedSettings.of(change.apply(account()).build());

        assertThat(after).isNotEqualTo(before);
        assertThat(after.differFrom(before.hash())).isTrue();
    }

    /** A token is another one at every login: were it compared, a refused account would be tried again for ever. */
    @Test
    void areTheSameWhateverSuppliesTheToken() {
        RefusedSettings before = RefusedSettings.of(withToken("one"));
        RefusedSettings after = RefusedSettings.of(withToken("two"));

        assertThat(after).isEqualTo(before);
        assertThat(after.differFrom(before.hash())).isFalse();
    }

    private static MailAccount withToken(String token) {
        return account()
                .credentials(new Credentials.AccessToken("info@ditta.example", () -> Secret.of(token)))
                .address("info@ditta.example")
                .build();
    }

    @Test
    void areTheSameWhenNothingChangesThatTheServerCanObjectTo() {
        RefusedSettings before = RefusedSettings.of(account().build());
        RefusedSettings after = RefusedSettings.of(account().maxConnections(7).build());

        assertThat(after).isEqualTo(before);
        assertThat(after.differFrom(before.hash())).isFalse();
    }

    private static MailAccount.Builder account() {
        return MailAccount.ordinary("ordinary")
                .smtps("smtp.ditta.example", 465)
                .credentials("info@ditta.example", "not-to-be-seen");
    }
}
