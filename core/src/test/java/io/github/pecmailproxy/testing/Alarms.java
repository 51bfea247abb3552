package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.operations.OperationsListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what people would have been told. Thread-safe. */
public final class Alarms implements OperationsListener {
    private final List<OperationalEvent> events = new CopyOnWriteArrayList<>();

    @Override
    public void on(OperationalEvent event) {
        events.add(event);
    }

    /** Returns the events of a kind. */
    public <T extends OperationalEvent> List<T> of(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
