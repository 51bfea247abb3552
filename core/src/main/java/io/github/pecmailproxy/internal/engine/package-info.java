/** What the loops share: their threads, how they tell of trouble, how they log. */
@NullMarked
package io.github.pecmailproxy.internal.engine;

import org.jspecify.annotations.NullMarked;
