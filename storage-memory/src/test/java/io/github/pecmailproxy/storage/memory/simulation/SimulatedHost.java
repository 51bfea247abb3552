package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.UncertainCommitException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The application that sends: it repeats what it has no answer to, and now and then mixes its ids up. */
final class SimulatedHost {
    private final Simulation simulation;
    private final SplittableRandom random;
    private final List<Order> orders = new ArrayList<>();
    private final Set<Order> unanswered = new LinkedHashSet<>();

    /** What is to be sent: one id may be given to two different texts by mistake. */
    private record Order(MailAccount account, String id, String text, List<String> recipients) {
        MessageKey key() {
            return new MessageKey(account.key().tenant(), id);
        }

        OutgoingMessage message() {
            return OutgoingMessage.builder()
                    .tenant(account.key().tenant())
                    .account(account.key().id())
                    .id(id)
                    .from(account.address().address())
                    .to(recipients.toArray(String[]::new))
                    .subject("Comunicazione " + id)
                    .text(text)
                    .build();
        }
    }

    SimulatedHost(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.random = random;
    }

    /** Has a node enqueue something: new, again, or under an id that is taken. */
    void enqueue(MailProxy proxy) {
        int kind = random.nextInt(10);
        if (!unanswered.isEmpty() && kind < 4) {
            enqueue(proxy, unanswered.iterator().next());
        } else if (!orders.isEmpty() && kind < 6) {
            enqueue(proxy, orders.get(random.nextInt(orders.size())));
        } else if (!orders.isEmpty() && kind < 7) {
            Order first = orders.get(random.nextInt(orders.size()));
            enqueue(proxy, new Order(first.account(), first.id(), "un altro testo", first.recipients()));
        } else if (orders.size() < 8) {
            MailAccount account = SimulatedAccounts.ALL.get(random.nextInt(SimulatedAccounts.ALL.size()));
            List<String> recipients = new ArrayList<>();
            for (int number = 0; number <= random.nextInt(3); number++) {
                recipients.add("destinatario" + number + "@pec.example");
            }
            String id = "n" + (orders.size() + 1);
            Order order = new Order(account, id, "testo " + id, recipients);
            orders.add(order);
            unanswered.add(order);
            enqueue(proxy, order);
        }
    }

    /** Repeats everything that has no answer yet. */
    void repeat(MailProxy proxy) {
        List.copyOf(unanswered).forEach(order -> enqueue(proxy, order));
    }

    boolean isDone() {
        return unanswered.isEmpty();
    }

    private void enqueue(MailProxy proxy, Order order) {
        boolean wasStored = simulation.store().message(order.key()).isPresent();
        EnqueueResult result;
        try {
            result = proxy.queue().enqueue(List.of(order.message())).get(0);
        } catch (UncertainCommitException unknown) {
            return;
        } catch (StoreException failed) {
            if (!wasStored) {
                simulation.ledger().enqueueFailed(order.key());
            }
            throw failed;
        }
        simulation.trace().add("host", order.key(), " ", result.getClass().getSimpleName());
        simulation.ledger().answered(order.key(), order.text(), result);
        unanswered.removeIf(
                waiting -> waiting.key().equals(order.key()) && waiting.text().equals(order.text()));
    }

    /** Lets the operator do something with a message. */
    void operate(MailProxy proxy) {
        if (!orders.isEmpty()) {
            MessageKey key = orders.get(random.nextInt(orders.size())).key();
            if (simulation.store().message(key).isPresent()) {
                boolean done = random.nextBoolean()
                        ? proxy.queue().cancel(key)
                        : proxy.queue().runNow(key);
                simulation.trace().add("host", "operates ", key, " ", done);
            }
        }
    }
}
