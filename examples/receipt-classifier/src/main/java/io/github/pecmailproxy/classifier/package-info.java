/**
 * A command that says what the mails in files and folders are. Depends on the parser and the trust of the library, on Jackson
 * and picocli.
 */
@NullMarked
package io.github.pecmailproxy.classifier;

import org.jspecify.annotations.NullMarked;
