package io.github.pecmailproxy.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class MemoryEventStoreTest extends EventStoreContract {
    @Override
    protected EventStore openStore() {
        return MemoryEventStore.create();
    }

    @Test
    void returnsTheClockItWasGiven() {
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-03-02T10:00:00Z"));

        try (MemoryEventStore store = MemoryEventStore.create(clock)) {
            assertThat(store.clock()).isSameAs(clock);
        }
    }

    @Test
    void hasAnIdentityOfItsOwn() {
        try (MemoryEventStore other = MemoryEventStore.create()) {
            assertThat(other.id()).isNotEqualTo(store().id());
        }
    }
}
