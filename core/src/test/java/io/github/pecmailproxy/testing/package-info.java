/** What several tests of the engine share: samples of its values, a store in memory, a clock that stands still. */
@NullMarked
package io.github.pecmailproxy.testing;

import org.jspecify.annotations.NullMarked;
