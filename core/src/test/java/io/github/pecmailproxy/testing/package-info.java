/** What several tests need: servers, certificates, scripts. */
@NullMarked
package io.github.pecmailproxy.testing;

import org.jspecify.annotations.NullMarked;
