/** Keeps messages, events and evidence in memory: for tests, demonstrations and short-lived tools. */
module io.github.pecmailproxy.storage.memory {
    requires static transitive org.jspecify;
    requires transitive io.github.pecmailproxy.core;

    exports io.github.pecmailproxy.storage.memory;
}
