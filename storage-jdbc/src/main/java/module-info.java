/** Keeps messages, events and evidence in a relational database. */
module io.github.pecmailproxy.storage.jdbc {
    requires com.fasterxml.jackson.core;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires transitive io.github.pecmailproxy.core;
    requires transitive java.sql;

    exports io.github.pecmailproxy.storage.jdbc;
}
