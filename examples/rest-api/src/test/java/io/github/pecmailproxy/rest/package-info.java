/** The API as its callers meet it: over HTTP, with a simulated provider behind it. */
package io.github.pecmailproxy.rest;
