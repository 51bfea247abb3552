/**
 * An {@code EventStore} on a relational database: H2 embedded by default, PostgreSQL, MariaDB or MySQL.
 *
 * <p>Depends on the exported packages of core and on JDBC only.
 */
@NullMarked
package io.github.pecmailproxy.storage.jdbc;

import org.jspecify.annotations.NullMarked;
