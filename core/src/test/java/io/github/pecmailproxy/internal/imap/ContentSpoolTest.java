package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentSpoolTest {
    private static final int LIMIT = 1000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, LIMIT, LIMIT + 1, 300_000})
    void givesBackWhatItTook(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);

        try (SpooledContent content = spool().take(new ByteArrayInputStream(bytes), size)) {
            try (InputStream one = content.open();
                    InputStream other = content.open()) {
                assertThat(one.read()).isEqualTo(size == 0 ? -1 : bytes[0] & 0xFF);
                assertThat(other.readAllBytes()).isEqualTo(bytes);
                assertThat(one.readAllBytes()).hasSize(Math.max(0, size - 1));
            }
            assertThat(content.size()).isEqualTo(size);
            assertThat(content.sha256())
                    .isEqualTo(HexFormat.of().formatHex(ContentSpool.newDigest().digest(bytes)));
            assertThat(content.memory()).isEqualTo(size <= LIMIT ? size : 0);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void takesNoMoreThanItWasTold() throws IOException {
        InputStream source = new ByteArrayInputStream(new byte[5000]);

        spool().take(source, 3000).close();

        assertThat(source.available()).isEqualTo(2000);
    }

    @Test
    void leavesNoFileBehindWhenTheSourceEndsEarly() {
        assertThatThrownBy(() -> spool().take(new ByteArrayInputStream(new byte[2000]), 3000))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> spool().take(new ByteArrayInputStream(new byte[20]), 30))
                .isInstanceOf(EOFException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tellsTroubleOfThisMachineFromTroubleOfTheSource() throws IOException {
        ContentSpool spool = spool();
        Files.delete(folder);

        assertThatThrownBy(() -> spool.take(new ByteArrayInputStream(new byte[2000]), 2000))
                .isInstanceOf(SpoolException.class);
    }

    @Test
    void cannotBeReadAfterItWasClosed() throws IOException {
        SpooledContent content = spool().take(new ByteArrayInputStream(new byte[2000]), 2000);
        InputStream stream = content.open();
        content.close();
        content.close();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    }

    private ContentSpool spool() {
        return new ContentSpool(folder, LIMIT);
    }
}
