package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.smtp.RefusedRecipient;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.smtp.Transmission;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The way from a node to the servers: it may break anywhere, and the node may die anywhere. */
final class SimulatedSender implements SmtpSender {
    private static final List<SmtpPhase> BEFORE_CONTENT = List.of(
            SmtpPhase.CONNECT,
            SmtpPhase.TLS,
            SmtpPhase.GREETING,
            SmtpPhase.AUTH,
            SmtpPhase.MAIL,
            SmtpPhase.RCPT,
            SmtpPhase.DATA,
            SmtpPhase.CONTENT);

    private final Simulation simulation;
    private final Life life;

    SimulatedSender(Simulation simulation, Life life) {
        this.simulation = simulation;
        this.life = life;
    }

    @Override
    public SendOutcome send(Transmission transmission) {
        byte[] bytes = read(transmission);
        String messageId = SimulatedMailbox.field(bytes, "Message-ID").orElse("");
        Ledger.Attempt attempt = simulation.ledger().transmits(life, messageId, bytes);
        SendOutcome outcome = send(transmission, messageId, attempt);
        simulation.trace().add(life.name(), "smtp ", messageId, " ", outcome);
        return outcome;
    }

    private SendOutcome send(Transmission transmission, String messageId, Ledger.Attempt attempt) {
        life.reach("connect to smtp");
        if (simulation.provider().isDead(transmission.account())) {
            return new SendOutcome.NotSent(SmtpPhase.CONNECT, "the server does not answer");
        }
        if (simulation.happens(Fault.NOT_SENT)) {
            SmtpPhase phase = BEFORE_CONTENT.get(simulation.choose(BEFORE_CONTENT.size()));
            return new SendOutcome.NotSent(phase, "the connection broke");
        }
        if (simulation.happens(Fault.ACCOUNT_REFUSED)) {
            return new SendOutcome.AccountRefused(SmtpPhase.AUTH, new SmtpReply(535, "5.7.8", "535 5.7.8 no"));
        }
        if (simulation.happens(Fault.REFUSED_FOR_NOW)) {
            SmtpPhase phase = simulation.choose(2) == 0 ? SmtpPhase.MAIL : SmtpPhase.FINAL_DOT;
            return new SendOutcome.Refused(phase, new SmtpReply(451, "4.3.0", "451 4.3.0 later"), List.of());
        }
        if (simulation.happens(Fault.REFUSED_FOR_GOOD)) {
            SmtpReply reply = new SmtpReply(554, "5.6.0", "554 5.6.0 never");
            return new SendOutcome.Refused(SmtpPhase.FINAL_DOT, reply, List.of());
        }
        life.reach("before the final dot");
        if (simulation.happens(Fault.NO_REPLY_NOT_TAKEN)) {
            return new SendOutcome.Unknown("no reply to the final dot");
        }
        List<RefusedRecipient> refused = refused(transmission);
        List<String> taken = transmission.recipients().stream()
                .filter(address ->
                        refused.stream().noneMatch(refusal -> refusal.address().equals(address)))
                .toList();
        simulation.ledger().taken(life, attempt, messageId, taken);
        simulation.provider().accept(transmission.account(), messageId, taken);
        life.reach("after the final dot");
        if (simulation.happens(Fault.NO_REPLY_TAKEN)) {
            return new SendOutcome.Unknown("no reply to the final dot");
        }
        return new SendOutcome.Accepted(new SmtpReply(250, "2.0.0", "250 2.0.0 ok"), refused);
    }

    /** An ordinary server takes a message for some recipients and refuses it for others. */
    private List<RefusedRecipient> refused(Transmission transmission) {
        if (transmission.account().pec()
                || transmission.recipients().size() < 2
                || !simulation.happens(Fault.REFUSED_FOR_NOW)) {
            return List.of();
        }
        SmtpReply reply = new SmtpReply(450, "4.2.1", "450 4.2.1 greylisted");
        return List.of(new RefusedRecipient(transmission.recipients().get(0), reply));
    }

    private static byte[] read(Transmission transmission) {
        try (InputStream stream = transmission.content().open()) {
            return stream.readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public void close() {
        // Nothing is kept.
    }
}
