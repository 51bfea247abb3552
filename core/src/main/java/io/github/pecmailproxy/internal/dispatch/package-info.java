/** Takes messages from the store, has them transmitted, and settles what became of them. */
@NullMarked
package io.github.pecmailproxy.internal.dispatch;

import org.jspecify.annotations.NullMarked;
