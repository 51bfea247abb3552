/**
 * Measures the library against the usual way of doing the same. Depends on the library and JMH.
 */
@NullMarked
package io.github.pecmailproxy.benchmarks;

import org.jspecify.annotations.NullMarked;
