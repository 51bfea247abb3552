/** Drives the whole engine on one thread through days of simulated trouble, and checks its invariants at every step. */
@NullMarked
package io.github.pecmailproxy.storage.memory.simulation;

import org.jspecify.annotations.NullMarked;
