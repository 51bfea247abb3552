package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** Holds the store on an H2 file, as its convenience opens it, to the contract. */
class H2FileEventStoreTest extends EventStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected EventStore openStore() {
        return JdbcEventStore.open("jdbc:h2:file:" + directory.resolve("store"));
    }

    @Override
    protected Optional<EventStore> reopen() {
        return Optional.of(openStore());
    }
}
