package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which mail servers a tenant may name. Nothing is looked up here. */
class PublicHostsTest {
    private static PublicHosts knowing(String... addresses) {
        return new PublicHosts(host -> {
            List<InetAddress> known = new ArrayList<>();
            for (String address : addresses) {
                known.add(InetAddress.getByName(address));
            }
            return known.toArray(InetAddress[]::new);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8.8.8.8", "62.149.128.72", "2a00:1450:4002:400::5", "172.15.0.1", "172.32.0.1", "100.128.0.1"})
    void letsPassWhatEverybodyCanReach(String address) {
        knowing(address).require("host", "mail.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "0.0.0.0",
                "0.1.2.3",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "::127.0.0.1",
                "::ffff:10.0.0.1",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "fec0::1",
                "64:ff9b::a00:1",
                "2002:a00:1::1"
            })
    void refusesWhatOnlyThisNetworkCanReach(String address) {
        assertThatThrownBy(() -> knowing(address).require("imap_host", "mail.example"))
                .hasMessageStartingWith("imap_host: is not the name of a public server");
        assertThatThrownBy(() -> knowing("8.8.8.8", address).require("imap_host", "mail.example"))
                .as("one of several")
                .hasMessageNotContaining(address);
    }

    @Test
    void tellsNoDifferenceBetweenANameThatIsNoneAndOneThatIsNotForTenants() {
        PublicHosts none = new PublicHosts(host -> {
            throw new UnknownHostException(host);
        });
        String unknown = problem(none);
        org.assertj.core.api.Assertions.assertThat(unknown)
                .isEqualTo(problem(knowing("10.0.0.1")))
                .isEqualTo(problem(knowing()));
    }

    private static String problem(PublicHosts hosts) {
        try {
            hosts.require("host", "db.internal");
            return "nothing";
        } catch (io.github.pecmailproxy.message.InvalidValueException refused) {
            return String.valueOf(refused.getMessage());
        }
    }
}
