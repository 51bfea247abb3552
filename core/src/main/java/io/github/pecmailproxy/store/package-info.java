/**
 * The storage SPI: {@link io.github.pecmailproxy.store.EventStore} and the values that go in and out of it. A store keeps facts
 * and compares versions; every rule about what may happen to a message is the engine's.
 *
 * <p>Depends on {@code .message}, {@code .account} and the vocabulary of {@code .pec}. Nothing here knows SQL.
 */
@NullMarked
package io.github.pecmailproxy.store;

import org.jspecify.annotations.NullMarked;
