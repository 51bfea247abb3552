package io.github.pecmailproxy.message;

import static io.github.pecmailproxy.testing.WrongValue.refused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses are taken, and in which form they are kept. */
class MailAddressTest {
    @Test
    void readsABareAddress() {
        assertThat(MailAddress.of("anna@pec.example")).isEqualTo(new MailAddress("anna@pec.example", null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Anna Rossi <anna@pec.example>|Anna Rossi",
                "\"Rossi, Anna\" <anna@pec.example>|Rossi, Anna",
                "\"Anna \\\"la capa\\\" Rossi\" <anna@pec.example>|Anna \"la capa\" Rossi",
                "Società Agricola È <anna@pec.example>|Società Agricola È",
                "a < b <anna@pec.example>|a < b"
            })
    void readsADisplayName(String written, String name) {
        assertThat(MailAddress.of(written)).isEqualTo(new MailAddress("anna@pec.example", name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<anna@pec.example>", " anna@pec.example ", "\"\" <anna@pec.example>"})
    void readsAnAddressWithoutName(String written) {
        assertThat(MailAddress.of(written)).isEqualTo(new MailAddress("anna@pec.example", null));
    }

    @ParameterizedTest
    @CsvSource({
        "anna@PEC.Example,anna@pec.example",
        "Anna@pec.example,Anna@pec.example",
        "anna@società.example,anna@xn--societ-nta.example",
        "anna@xn--societ-nta.example,anna@xn--societ-nta.example",
        "a.b+c@pec.example,a.b+c@pec.example",
        "anna@localhost,anna@localhost"
    })
    void keepsTheLocalPartAndNormalisesTheDomain(String written, String kept) {
        assertThat(MailAddress.of(written).address()).isEqualTo(kept);
    }

    @Test
    void knowsItsDomain() {
        assertThat(MailAddress.of("Anna <anna@PEC.example>").domain()).isEqualTo("pec.example");
    }

    @Test
    void comparesMailboxesWithoutRegardToCase() {
        assertThat(MailAddress.of("anna@pec.example").sameMailbox(" ANNA@Pec.Example "))
                .isTrue();
        assertThat(MailAddress.of("anna@pec.example").sameMailbox("anna@pec.example.org"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anna|has no @",
                "@pec.example|before the @",
                "anna rossi@pec.example|before the @",
                "anna,carla@pec.example|before the @",
                "anna@a.example, carla@pec.example|before the @",
                ".anna@pec.example|before the @",
                "anna..rossi@pec.example|before the @",
                "ànna@pec.example|before the @",
                "anna@|invalid domain",
                "anna@pec..example|invalid domain",
                "anna@-pec.example|invalid domain",
                "anna@pec_example|invalid domain",
                "anna@pec. example|invalid domain",
                "anna@pec.example>|invalid domain",
                "anna@[127.0.0.1]|invalid domain",
                "Anna <anna@pec.example> Rossi|has text after the address",
                "Anna <anna>|has no @"
            })
    void refusesWhatIsNoAddress(String written, String problem) {
        refused("to[2]", problem, () -> MailAddress.of("to[2]", written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anna@pec.example\r\nBcc: everybody@pec.example",
                "anna@pec.example\n",
                "Anna\r\nX: y <anna@pec.example>",
                "an\u0000na@pec.example",
                "\"Anna\u007f\" <anna@pec.example>"
            })
    void refusesToCarryALineBreakOrControlCharacterIntoAHeader(String written) {
        refused("from", "control character", () -> MailAddress.of("from", written));
    }

    @Test
    void refusesALineBreakInANameGivenApart() {
        refused("name", "control character", () -> new MailAddress("anna@pec.example", "Anna\r\nBcc: x"));
    }

    @Test
    void refusesAMissingAddress() {
        refused("from", "is missing", () -> MailAddress.of("from", null));
    }

    @Test
    void refusesAnAddressThatNoServerTakes() {
        refused("to[0]", "before the @", () -> MailAddress.of("to[0]", "a".repeat(65) + "@pec.example"));
        String domain = ("a".repeat(60) + ".").repeat(4) + "example";
        refused("to[0]", "is longer than 254", () -> MailAddress.of("to[0]", "anna@" + domain));
    }

    @Test
    void takesABlankNameForNone() {
        assertThat(new MailAddress("anna@pec.example", "  ").name()).isNull();
    }

    @Test
    void writesNameAndAddress() {
        assertThat(MailAddress.of("Anna <anna@pec.example>")).hasToString("Anna <anna@pec.example>");
        assertThat(MailAddress.of("anna@pec.example")).hasToString("anna@pec.example");
    }
}
