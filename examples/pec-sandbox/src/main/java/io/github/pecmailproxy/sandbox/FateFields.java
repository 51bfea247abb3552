package io.github.pecmailproxy.sandbox;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Writes a fate as fields of a journal line and reads it again. Thread-safe. */
final class FateFields implements Fate.Visitor<List<String>> {
    private static final FateFields WRITER = new FateFields();
    private static final String NONE = "";

    private FateFields() {}

    static List<String> of(Fate fate) {
        return fate.accept(WRITER);
    }

    /** Takes as many fields as {@link #of(Fate)} wrote. */
    static Fate read(Iterator<String> fields) {
        String kind = fields.next();
        return switch (kind) {
            case "delivered" -> Fate.delivered();
            case "undeliverable" ->
                new Fate.Undeliverable(DaticertError.valueOf(fields.next()), fields.next(), fields.next());
            case "virus-at-recipient" -> Fate.virusAtRecipient();
            case "not-accepted" -> new Fate.NotAccepted(Boolean.parseBoolean(fields.next()), fields.next());
            case "delayed" -> new Fate.Delayed(Duration.parse(fields.next()), Duration.parse(fields.next()));
            case "timed-out" -> {
                String warning = fields.next();
                yield new Fate.TimedOut(
                        warning.equals(NONE) ? Optional.empty() : Optional.of(Duration.parse(warning)),
                        Duration.parse(fields.next()));
            }
            case "never-answered" -> Fate.neverAnswered();
            case "external" -> Fate.external();
            case "external-bounced" -> new Fate.ExternalBounced(fields.next(), fields.next());
            default -> throw new IllegalArgumentException("the journal speaks of an unknown fate: " + kind);
        };
    }

    @Override
    public List<String> delivered(Fate.Delivered fate) {
        return List.of("delivered");
    }

    @Override
    public List<String> undeliverable(Fate.Undeliverable fate) {
        return List.of("undeliverable", fate.error().name(), fate.status(), fate.reason());
    }

    @Override
    public List<String> virusAtRecipient(Fate.VirusAtRecipient fate) {
        return List.of("virus-at-recipient");
    }

    @Override
    public List<String> notAccepted(Fate.NotAccepted fate) {
        return List.of("not-accepted", String.valueOf(fate.virus()), fate.reason());
    }

    @Override
    public List<String> delayed(Fate.Delayed fate) {
        return List.of("delayed", fate.notice().toString(), fate.delivery().toString());
    }

    @Override
    public List<String> timedOut(Fate.TimedOut fate) {
        String warning = fate.warning().map(Duration::toString).orElse(NONE);
        return List.of("timed-out", warning, fate.failure().toString());
    }

    @Override
    public List<String> neverAnswered(Fate.NeverAnswered fate) {
        return List.of("never-answered");
    }

    @Override
    public List<String> external(Fate.External fate) {
        return List.of("external");
    }

    @Override
    public List<String> externalBounced(Fate.ExternalBounced fate) {
        return List.of("external-bounced", fate.status(), fate.diagnostic());
    }
}
