package io.github.pecmailproxy.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.smtp.RetryReason;
import io.github.pecmailproxy.smtp.SmtpReply;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a server wants to be asked again, by its own words. */
class RetryReasonsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GREYLISTED   | 450 | 4.2.0  | 450 4.2.0 <a@x.example>: Recipient address rejected: Greylisted, see the help page
            GREYLISTED   | 451 | 4.7.1  | 451 4.7.1 Greylisting in action, please come back in 00:05:00
            GREYLISTED   | 451 | 4.7.1  | 451 4.7.1 Try again later
            GREYLISTED   | 451 |        | 451 You are graylisted
            RATE_LIMITED | 451 | 4.7.1  | 451 4.7.1 Rate limit exceeded, try again later
            RATE_LIMITED | 421 | 4.7.28 | 421 4.7.28 unusual
            RATE_LIMITED | 421 | 4.7.0  | 421 4.7.0 Too many connections
            RATE_LIMITED | 450 | 4.7.1  | 450 4.7.1 Error: too many messages from this account
            RATE_LIMITED | 452 |        | 452 Hourly quota reached
            RATE_LIMITED | 432 | 4.3.2  | 432 4.3.2 STOREDRV; sending thread limit: throttled
            TRANSIENT    | 452 | 4.2.2  | 452 4.2.2 The recipient's mailbox is over quota
            TRANSIENT    | 452 | 4.5.3  | 452 4.5.3 Too many recipients
            TRANSIENT    | 451 | 4.3.0  | 451 4.3.0 Temporary failure, try again later
            TRANSIENT    | 421 | 4.3.2  | 421 4.3.2 Shutting down
            """)
    void tellsTheReasonByTheReply(RetryReason reason, int code, String status, String text) {
        assertThat(RetryReasons.of(new SmtpReply(code, status, text))).isEqualTo(reason);
    }
}
