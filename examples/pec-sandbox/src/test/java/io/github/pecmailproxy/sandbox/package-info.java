/** Tests of the sandbox, over real sockets with a mail library that is not the sandbox's own code. */
@NullMarked
package io.github.pecmailproxy.sandbox;

import org.jspecify.annotations.NullMarked;
