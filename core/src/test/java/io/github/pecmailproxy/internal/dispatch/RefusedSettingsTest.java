package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import org.junit.jupiter.api.Test;

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

    private static MailAccount.Builder account() {
        return MailAccount.ordinary("ordinary")
                .smtps("smtp.ditta.example", 465)
                .credentials("info@ditta.example", "not-to-be-seen");
    }
}
