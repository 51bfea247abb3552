package io.github.pecmailproxy.account;

import static io.github.pecmailproxy.testing.WrongValue.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How an account is set up, and how a slip is named. */
class MailAccountTest {
    private static final String PASSWORD = "S3cret-e-lungo";

    @Test
    void hasTheDocumentedDefaults() {
        MailAccount account = complete().build();
        assertThat(account.key()).isEqualTo(new AccountKey("default", "pec-acme"));
        assertThat(account.address().address()).isEqualTo("acme@pec.example");
        assertThat(account.folders()).containsExactly("INBOX");
        assertThat(account.maxConnections()).isEqualTo(2);
        assertThat(account.messagesPerConnection()).isEqualTo(100);
        assertThat(account.rateLimits()).isEmpty();
        assertThat(account.maxTotalSize()).isEqualTo(100_000_000);
        assertThat(account.acceptanceTimeout()).isEqualTo(Duration.ofMinutes(30));
        assertThat(account.deliveryTimeout()).isEqualTo(Duration.ofHours(26));
        assertThat(account.receiptTrust()).isEqualTo(ReceiptTrust.REQUIRE_PROOF);
        assertThat(account.uncertainDelivery()).isEqualTo(UncertainDelivery.RESEND);
        assertThat(account.tlsTrust().isSystem()).isTrue();
        assertThat(account.readFrom()).isNull();
        assertThat(account.handledMail()).isEqualTo(new HandledMail.Untouched());
    }

    @Test
    void keepsWhatItIsGiven() {
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        MailAccount account = complete()
                .tenant("acme")
                .address("altro@pec.example")
                .folders("INBOX", "Ricevute")
                .maxConnections(7)
                .messagesPerConnection(8)
                .rateLimit(RateLimit.perHour(9))
                .maxTotalSize(10)
                .acceptanceTimeout(Duration.ofMinutes(11))
                .deliveryTimeout(Duration.ofHours(12))
                .receiptTrust(ReceiptTrust.ACCEPT_VALID_SIGNATURE)
                .uncertainDelivery(UncertainDelivery.HOLD)
                .readFrom(from)
                .handledMail(new HandledMail.Keyword("Handled"))
                .build();
        assertThat(account.key()).isEqualTo(new AccountKey("acme", "pec-acme"));
        assertThat(account.address().address()).isEqualTo("altro@pec.example");
        assertThat(account.folders()).containsExactly("INBOX", "Ricevute");
        assertThat(account.maxConnections()).isEqualTo(7);
        assertThat(account.messagesPerConnection()).isEqualTo(8);
        assertThat(account.rateLimits()).containsExactly(new RateLimit(9, Duration.ofHours(1)));
        assertThat(account.maxTotalSize()).isEqualTo(10);
        assertThat(account.acceptanceTimeout()).isEqualTo(Duration.ofMinutes(11));
        assertThat(account.deliveryTimeout()).isEqualTo(Duration.ofHours(12));
        assertThat(account.receiptTrust()).isEqualTo(ReceiptTrust.ACCEPT_VALID_SIGNATURE);
        assertThat(account.uncertainDelivery()).isEqualTo(UncertainDelivery.HOLD);
        assertThat(account.readFrom()).isEqualTo(from);
        assertThat(account.handledMail()).isEqualTo(new HandledMail.Keyword("Handled"));
    }

    @Test
    void keepsThePatternOfReturnPathsAsAddressesAreKept() {
        assertThat(ordinary().build().returnPath()).isNull();
        assertThat(ordinary()
                        .returnPath("Bounce+{token}@Rimbalzi.Ditta.Example")
                        .build()
                        .returnPath())
                .isEqualTo("Bounce+{token}@rimbalzi.ditta.example");
        assertThat(ordinary().returnPath("{token}@ditta.example").build())
                .isNotEqualTo(ordinary().build());
    }

    @Test
    void refusesAPatternOfReturnPathsThatMakesNoAddress() {
        refused("return_path", "is missing", () -> ordinary().returnPath(null));
        refused("return_path", "{token} once before the @", () -> ordinary().returnPath("bounce@ditta.example"));
        refused("return_path", "{token} once before the @", () -> ordinary().returnPath("bounce@{token}.example"));
        refused("return_path", "{token} once before the @", () -> ordinary().returnPath("{token}{token}@d.example"));
        refused("return_path", "before the @", () -> ordinary().returnPath("{token}"));
        refused("return_path", "invalid", () -> ordinary().returnPath("Bounces <{token}@ditta.example>"));
        refused("return_path", "control character", () -> ordinary().returnPath("a\rb{token}@ditta.example"));
        refused("return_path", "invalid", () -> ordinary().returnPath("b".repeat(22) + "{token}@ditta.example"));
        assertThat(ordinary()
                        .returnPath("b".repeat(21) + "{token}@ditta.example")
                        .build()
                        .returnPath())
                .startsWith("bbb");
    }

    @Test
    void refusesReturnPathsForCertifiedMail() {
        refused(
                "return_path",
                "RFC 6109",
                () -> complete().returnPath("bounce+{token}@pec.example").build());
    }

    private static MailAccount.Builder ordinary() {
        return MailAccount.ordinary("ordinary")
                .smtps("smtp.ditta.example", 465)
                .credentials("info@ditta.example", PASSWORD);
    }

    // ---- what belongs together

    @Test
    void namesWhatAPecAccountLacks() {
        refused(
                "host",
                "is missing",
                () -> MailAccount.pec("a")
                        .imaps("i.example", 993)
                        .credentials("a@pec.example", PASSWORD)
                        .build());
        refused(
                "imap_host",
                "is missing",
                () -> MailAccount.pec("a")
                        .smtps("s.example", 465)
                        .credentials("a@pec.example", PASSWORD)
                        .build());
        refused(
                "user",
                "is missing",
                () -> MailAccount.pec("a")
                        .smtps("s.example", 465)
                        .imaps("i.example", 993)
                        .build());
    }

    @Test
    void needsAnAddressWhereTheUserIsNone() {
        refused(
                "address",
                "is missing",
                () -> servers().credentials("M1234567", PASSWORD).build());
        assertThat(servers()
                        .credentials("M1234567", PASSWORD)
                        .address("acme@pec.example")
                        .build()
                        .address()
                        .address())
                .isEqualTo("acme@pec.example");
    }

    @Test
    void ordinaryAccountNeedsNeitherMailboxNorCredentials() {
        MailAccount account = MailAccount.ordinary("relay")
                .smtp(new MailServer("localhost", 25, Transport.PLAIN))
                .address("a@x.example")
                .build();
        assertThat(account.pec()).isFalse();
        assertThat(account.imap()).isNull();
        assertThat(account.smtpCredentials()).isNull();
    }

    @Test
    void mailboxNeedsCredentials() {
        refused(
                "imap_user",
                "is missing",
                () -> MailAccount.ordinary("a")
                        .smtps("s.example", 465)
                        .imaps("i.example", 993)
                        .address("a@x.example")
                        .build());
    }

    @Test
    void mailboxHasTheCredentialsOfTheServerUnlessItHasItsOwn() {
        MailAccount same = complete().build();
        assertThat(same.imapCredentials()).isEqualTo(same.smtpCredentials());
        MailAccount own =
                complete().imapCredentials("other@pec.example", "another").build();
        assertThat(own.imapCredentials().user()).isEqualTo("other@pec.example");
        assertThat(own.smtpCredentials().user()).isEqualTo("acme@pec.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.9.9.9", "::1", "LOCALHOST"})
    void plainTextIsAllowedOnThisMachine(String host) {
        assertThat(complete()
                        .smtp(new MailServer(host, 25, Transport.PLAIN))
                        .build()
                        .smtp()
                        .host())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example", "128.0.0.1", "localhost.example", "127.0.0.1.example"})
    void plainTextIsRefusedElsewhere(String host) {
        refused(
                "host",
                "without TLS",
                () -> complete().smtp(new MailServer(host, 25, Transport.PLAIN)).build());
        refused(
                "imap_host",
                "without TLS",
                () -> complete()
                        .imap(new MailServer(host, 143, Transport.PLAIN))
                        .build());
    }

    @Test
    void plainTextIsAllowedWhereTheAccountSaysSo() {
        assertThat(complete()
                        .smtp(new MailServer("mail.example", 25, Transport.PLAIN))
                        .allowPlainText()
                        .build()
                        .smtp()
                        .transport())
                .isEqualTo(Transport.PLAIN);
    }

    // ---- wrong values

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "mail .example", "mail.example/x", "mail\r\n.example"})
    void namesTheHostThatIsNone(String host) {
        refused("host", "", () -> complete().smtps(host, 465));
        refused("imap_host", "", () -> complete().imaps(host, 993));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65_536})
    void namesThePortThatIsNone(int port) {
        refused("port", "allowed is 1 to 65535", () -> complete().smtps("s.example", port));
        refused("imap_port", "allowed is 1 to 65535", () -> complete().imaps("i.example", port));
    }

    @Test
    void namesTheNumberThatIsOutOfBounds() {
        refused("max_connections", "allowed is 1 to 100", () -> complete().maxConnections(0));
        refused("max_connections", "allowed is 1 to 100", () -> complete().maxConnections(101));
        refused("messages_per_connection", "is 0", () -> complete().messagesPerConnection(0));
        refused("max_total_size", "must be at least 1", () -> complete().maxTotalSize(0));
        refused("acceptance_timeout", "must be positive", () -> complete().acceptanceTimeout(Duration.ZERO));
        refused("delivery_timeout", "must be positive", () -> complete().deliveryTimeout(Duration.ofSeconds(-1)));
        Duration tooLong = MailAccount.LONGEST_TIMEOUT.plusNanos(1);
        refused("acceptance_timeout", "at most 365 days", () -> complete().acceptanceTimeout(tooLong));
        refused("delivery_timeout", "at most 365 days", () -> complete().deliveryTimeout(tooLong));
        refused("rate_limit.messages", "is 0", () -> RateLimit.perMinute(0));
        refused("rate_limit.window", "whole seconds", () -> new RateLimit(1, Duration.ofMillis(1500)));
        refused("rate_limit.window", "whole seconds", () -> new RateLimit(1, Duration.ofDays(32)));
        refused("rate_limit.window", "is missing", () -> new RateLimit(1, null));
    }

    @Test
    void namesEveryValueThatIsNull() {
        refused("id", "is missing", () -> MailAccount.pec(null));
        refused("tenant", "is missing", () -> complete().tenant(null));
        refused("address", "is missing", () -> complete().address(null));
        refused("smtp", "is missing", () -> complete().smtp(null));
        refused("imap", "is missing", () -> complete().imap(null));
        refused("host", "is missing", () -> complete().smtps(null, 465));
        refused("user", "is missing", () -> complete().credentials(null));
        refused("user", "is missing", () -> complete().credentials(null, PASSWORD));
        refused("password", "is missing", () -> complete().credentials("acme@pec.example", null));
        refused("imap_user", "is missing", () -> complete().imapCredentials(null, PASSWORD));
        refused("imap_password", "is missing", () -> complete().imapCredentials("acme@pec.example", null));
        refused("imap_folder", "is missing", () -> complete().folders((String) null));
        refused("tls_trust", "is missing", () -> complete().tlsTrust(null));
        refused("rate_limit", "is missing", () -> complete().rateLimit(null));
        refused("acceptance_timeout", "is missing", () -> complete().acceptanceTimeout(null));
        refused("delivery_timeout", "is missing", () -> complete().deliveryTimeout(null));
        refused("receipt_trust", "is missing", () -> complete().receiptTrust(null));
        refused("uncertain_delivery", "is missing", () -> complete().uncertainDelivery(null));
        refused("read_from", "is missing", () -> complete().readFrom(null));
        refused("handled_mail", "is missing", () -> complete().handledMail(null));
        refused("handled_mail", "is no keyword", () -> new HandledMail.Keyword("\\Deleted"));
        refused("handled_mail", "is no keyword", () -> new HandledMail.Keyword("a)b"));
        refused("handled_mail", "is empty", () -> new HandledMail.MovedTo(""));
        refused(
                "handled_mail",
                "to a folder that is read",
                () -> complete().handledMail(new HandledMail.MovedTo("INBOX")).build());
        refused("transport", "is missing", () -> new MailServer("s.example", 465, null));
    }

    @Test
    void namesTheIdThatIsNone() {
        refused("id", "is empty", () -> MailAccount.pec(""));
        refused("id", "the limit is 64", () -> MailAccount.pec("a".repeat(65)));
        refused("tenant", "white space", () -> complete().tenant(" acme"));
        refused("imap_folder", "names no folder", () -> complete().folders());
        refused("tls_trust", "names no certificate", TlsTrust::of);
        refused(
                "tls_trust",
                "PEM",
                () -> TlsTrust.pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    }

    // ---- secrets

    @Test
    void passwordIsShownNowhere() {
        MailAccount account = complete().build();
        assertThat(account.toString()).doesNotContain(PASSWORD);
        assertThat(String.valueOf(account.smtpCredentials()))
                .doesNotContain(PASSWORD)
                .contains("acme@pec.example");
        assertThat(Secret.of(PASSWORD).toString()).isEqualTo("***");
    }

    @Test
    void tokenIsShownNowhere() {
        Credentials token = new Credentials.AccessToken("acme@pec.example", () -> Secret.of(PASSWORD));
        assertThat(token.toString()).doesNotContain(PASSWORD).contains("acme@pec.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {PASSWORD + "\n", PASSWORD + "\u0000"})
    void wrongPasswordIsNotQuoted(String wrong) {
        refused("password", "control character", () -> complete().credentials("acme@pec.example", wrong));
        try {
            Secret.of(wrong);
        } catch (IllegalArgumentException expected) {
            assertThat(expected.getMessage()).doesNotContain(PASSWORD);
        }
    }

    @Test
    void emptyPasswordIsRefusedByTheNameOfItsField() {
        refused("password", "is empty", () -> complete().credentials("acme@pec.example", ""));
        refused("imap_password", "is empty", () -> complete().imapCredentials("acme@pec.example", ""));
    }

    @Test
    void secretIsRevealedOnlyWhenAskedByName() {
        assertThat(Secret.of(PASSWORD).reveal()).isEqualTo(PASSWORD);
    }

    @Test
    void secretsAreEqualWhenTheirValuesAre() {
        assertThat(Secret.of("a")).isEqualTo(Secret.of("a")).hasSameHashCodeAs(Secret.of("a"));
        assertThat(Secret.of("a")).isNotEqualTo(Secret.of("b")).isNotEqualTo("a");
    }

    // ---- presets

    @ParameterizedTest
    @CsvSource({
        "ARUBA,smtps.pec.aruba.it,imaps.pec.aruba.it",
        "LEGALMAIL,sendm.legalmail.it,mbox.legalmail.it",
        "PEC_IT,smtps.pec.it,imaps.pec.it",
        "REGISTER_IT,smtp.pec.register.it,imap.pec.register.it"
    })
    void presetNamesTheProvidersServers(PecProvider provider, String smtp, String imap) {
        assertThat(provider.smtp()).isEqualTo(new MailServer(smtp, 465, Transport.IMPLICIT_TLS));
        assertThat(provider.imap()).isEqualTo(new MailServer(imap, 993, Transport.IMPLICIT_TLS));
    }

    @Test
    void presetsAreThoseOfTheProvidersTable() throws IOException {
        List<List<String>> rows = providersTable();
        assertThat(rows.stream().collect(Collectors.toMap(row -> row.get(0), row -> row.subList(1, 5))))
                .isEqualTo(Map.of(
                        "Aruba PEC", servers(PecProvider.ARUBA),
                        "Legalmail", servers(PecProvider.LEGALMAIL),
                        "PEC.it", servers(PecProvider.PEC_IT),
                        "Register.it", servers(PecProvider.REGISTER_IT)));
    }

    @Test
    void explicitServerOverridesThePreset() {
        MailAccount account = MailAccount.pec("a", PecProvider.ARUBA)
                .smtps("smtp.own.example", 4650)
                .credentials("acme@pec.example", PASSWORD)
                .build();
        assertThat(account.smtp()).isEqualTo(new MailServer("smtp.own.example", 4650, Transport.IMPLICIT_TLS));
        assertThat(account.imap()).isEqualTo(PecProvider.ARUBA.imap());
        assertThat(account.pec()).isTrue();
    }

    @Test
    void accountIsFoundByItsKeyAndNotAcrossTenants() {
        MailAccount acme = complete().tenant("acme").build();
        AccountSource source = AccountSource.of(List.of(acme));
        assertThat(source.account(acme.key())).contains(acme);
        assertThat(source.account(new AccountKey("beta", "pec-acme"))).isEmpty();
    }

    private static List<String> servers(PecProvider provider) {
        return List.of(
                provider.smtp().host(),
                String.valueOf(provider.smtp().port()),
                provider.imap().host(),
                String.valueOf(provider.imap().port()));
    }

    /** The rows of the list-table of providers, without its head. */
    private static List<List<String>> providersTable() throws IOException {
        String shared = System.getProperty("pec.shared", "");
        assumeTrue(!shared.isBlank(), "the system property pec.shared is not set");
        String text = Files.readString(Path.of(shared, "seed", "pec-support.rst"));
        String table =
                text.substring(text.indexOf("* - Provider"), text.indexOf("Always verify current server settings"));
        Matcher row = Pattern.compile("\\* - (.+)\\R\\s+- (\\S+)\\R\\s+- (\\S+)\\R\\s+- (\\S+)\\R\\s+- (\\S+)")
                .matcher(table);
        List<List<String>> rows = new ArrayList<>();
        while (row.find()) {
            rows.add(List.of(row.group(1), row.group(2), row.group(3), row.group(4), row.group(5)));
        }
        return rows;
    }

    private static MailAccount.Builder servers() {
        return MailAccount.pec("pec-acme").smtps("smtp.pec.example", 465).imaps("imap.pec.example", 993);
    }

    private static MailAccount.Builder complete() {
        return servers().credentials("acme@pec.example", PASSWORD);
    }
}
