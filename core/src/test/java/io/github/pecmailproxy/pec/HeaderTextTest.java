package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
                    =?iso-8859-1?q?perch=E9?=                       | perché
                    =?utf-8?B?cGVyY2jDqQ==?= no                     | perché no
                    a =?utf-8?Q?b?= =?utf-8?Q?c?= d                 | a bc d
                    =?utf-8?Q?a_b?=                                 | a b
                    =?UTF-8*it?Q?lingua?=                           | lingua
                    =?utf-8?Q?perch=C3?= =?utf-8?Q?=A9?=            | perché
                    =?x-martian?Q?a?= b                             | =?x-martian?Q?a?= b
                    =?utf-8?X?a?=                                   | =?utf-8?X?a?=
                    =?utf-8?Q?unclosed                              | =?utf-8?Q?unclosed
                    =?=?=?                                          | =?=?=?
                    """)
    void encodedWordsAreDecoded(String value, String text) {
        assertThat(HeaderText.decodeWords(value)).isEqualTo(text);
    }

    @Test
    void aHeaderFullOfBrokenWordsIsReadInLinearTime() {
        String broken = "=?a?b".repeat(50_000);

        assertThat(HeaderText.decodeWords(broken)).isEqualTo(broken);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    a@x                                     | a@x
                    <a@x>                                   | a@x
                    "Per conto di: b@y, c" <a@x>            | a@x
                    Nome (commento <z@z>) <a@x>             | a@x
                    a@x (b@y)                               | a@x
                    "a\\"b" <a@x>                           | a@x
                    a@x, b@y                                | -
                    <a@x> <b@y>                             | -
                    <a@x                                    | -
                    "a@x                                    | -
                    <>                                      | -
                    """)
    void onlyOneUnambiguousAddressIsRead(String from, String address) {
        assertThat(AddressHeader.bare(from)).isEqualTo(Optional.ofNullable(address));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    Fri, 02 Jan 2026 03:04:05 +0100             | 2026-01-02T02:04:05Z
                    2 Jul 2026 10:00:00 +0200 (CEST)            | 2026-07-02T08:00:00Z
                    Fri, 2 Jan 2026 03:04 GMT                   | 2026-01-02T03:04:00Z
                    Fri, 2 Jan 2026 03:04:05 CET                | -
                    Fri, 31 Feb 2026 03:04:05 +0100             | -
                    Fri, 2 J 2026 03:04:05 +0100                | -
                    Fri, 2 Jan 2026 03:04:05 +9999              | -
                    ieri                                        | -
                    """)
    void aDateNeedsAZone(String date, String instant) {
        assertThat(DateHeader.parse(date).map(Object::toString)).isEqualTo(Optional.ofNullable(instant));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    text/plain; name=a.txt                           | a.txt
                    text/plain; NAME = "a b;c.txt" ; x=y             | a b;c.txt
                    text/plain; name="a\\"b"                         | a"b
                    text/plain; name*=utf-8'it'perch%C3%A9           | perché
                    text/plain; name*0*=utf-8''perch%C3; name*1*=%A9 | perché
                    text/plain; name*1=b; name*0=a                   | ab
                    text/plain; name="=?utf-8?Q?perch=C3=A9?="       | perché
                    text/plain; name=                                | ''
                    """)
    void parametersAreReadInEveryForm(String header, String name) {
        HeaderParameters parameters = HeaderParameters.of(header);

        assertThat(parameters.value()).isEqualTo("text/plain");
        assertThat(parameters.first("name")).isEqualTo(name);
    }
}
