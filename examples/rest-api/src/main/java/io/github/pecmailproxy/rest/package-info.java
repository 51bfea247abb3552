/**
 * An HTTP API and a web page around the library, on Spring Boot: what a host writes, and nothing that the library does by itself.
 */
@org.jspecify.annotations.NullMarked
package io.github.pecmailproxy.rest;
