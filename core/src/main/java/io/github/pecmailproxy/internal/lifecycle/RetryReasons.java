package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.smtp.RetryReason;
import io.github.pecmailproxy.smtp.SmtpReply;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells by a transient refusal why a message has to be tried again. */
final class RetryReasons {
    /** The words of postgrey, milter-greylist, rspamd, Exim and others: no code is reserved for it (RFC 6647 section 5). */
    private static final Pattern GREYLISTING = Pattern.compile("gr[ea]y[- ]?list");

    /** X.7.1 says no more than "not authorised" (RFC 3463 section 3.8); with these words it is greylisting. */
    private static final Pattern LATER = Pattern.compile("try again later");

    private static final String UNAUTHORISED = "4.7.1";

    /** IANA, SMTP Enhanced Status Codes: X.7.28, mail flood detected. */
    private static final String FLOOD = "4.7.28";

    private static final List<Pattern> LIMITS = List.of(
            Pattern.compile("rate[- ]?limit"),
            Pattern.compile("(sending|send|message|hourly|daily) (rate|limit|quota)"),
            Pattern.compile("throttl"),
            Pattern.compile("too many (messages|mails|emails|connections|concurrent|sessions)"),
            Pattern.compile("too much mail"));

    private RetryReasons() {}

    static RetryReason of(SmtpReply reply) {
        String text = reply.text().toLowerCase(Locale.ROOT);
        if (GREYLISTING.matcher(text).find()) {
            return RetryReason.GREYLISTED;
        }
        if (FLOOD.equals(reply.enhancedStatus())
                || LIMITS.stream().anyMatch(limit -> limit.matcher(text).find())) {
            return RetryReason.RATE_LIMITED;
        }
        if (UNAUTHORISED.equals(reply.enhancedStatus()) && LATER.matcher(text).find()) {
            return RetryReason.GREYLISTED;
        }
        return RetryReason.TRANSIENT;
    }
}
