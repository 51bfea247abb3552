package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** The MIME boundaries of one mail in the two manners seen on the wire; each call makes a new one. */
final class Boundaries {
    private final ZonedDateTime time;
    private int parts;

    Boundaries(ZonedDateTime time) {
        this.time = time;
    }

    /** As a C library writes it: 32 hexadecimal digits. */
    String signed() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return String.format(Locale.ROOT, "----%016X%016X", random.nextLong(), random.nextLong());
    }

    /** As a Perl library writes it: epoch seconds, process, number. */
    String mixed() {
        return String.format(
                Locale.ROOT,
                "----------=_%d-%05d-%d",
                time.toEpochSecond(),
                random(100_000),
                ++parts + random(100_000) * 10);
    }

    /** As Java mail writes it. */
    String javaMail() {
        return String.format(
                Locale.ROOT,
                "----=_Part_%d_%d.%d",
                random(10_000_000),
                random(Integer.MAX_VALUE),
                time.toInstant().toEpochMilli());
    }

    private static int random(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }
}
