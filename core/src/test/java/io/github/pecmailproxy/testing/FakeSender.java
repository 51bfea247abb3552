package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.smtp.Transmission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A sender whose server answers as the test says; accepts everything unless told otherwise. Thread-safe. */
public final class FakeSender implements SmtpSender {
    /** The answer of a server that takes everything. */
    public static final SendOutcome ACCEPTED =
            new SendOutcome.Accepted(new SmtpReply(250, "2.0.0", "250 2.0.0 ok"), List.of());

    private final List<Transmission> sent = new CopyOnWriteArrayList<>();
    private volatile Function<Transmission, SendOutcome> server = transmission -> ACCEPTED;

    /** Sets how the server answers; it may throw or wait. */
    public void answer(Function<Transmission, SendOutcome> answer) {
        server = answer;
    }

    /** Returns what was handed to the server, in order. */
    public List<Transmission> transmissions() {
        return List.copyOf(sent);
    }

    /** Returns the bodies handed to the server, in order. */
    public List<String> bodies() {
        return sent.stream().map(FakeSender::body).toList();
    }

    /** Reads what a transmission carries. */
    public static String body(Transmission transmission) {
        try (var stream = transmission.content().open()) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public SendOutcome send(Transmission transmission) {
        sent.add(transmission);
        return server.apply(transmission);
    }

    @Override
    public void close() {}
}
