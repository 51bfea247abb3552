/**
 * The contract of {@link io.github.pecmailproxy.store.EventStore} as tests: extend {@link
 * io.github.pecmailproxy.store.contract.EventStoreContract} to prove a store. Besides it the fixtures that its tests are written
 * with.
 *
 * <p>Depends on {@code .store} and what that speaks of, on JUnit Jupiter and on AssertJ; on no store.
 */
@NullMarked
package io.github.pecmailproxy.store.contract;

import org.jspecify.annotations.NullMarked;
