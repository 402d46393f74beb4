/**
 * Users agree, in their browser, to what the gateway does at an upstream in their name. The browser's user proves to be
 * the agent's user by a login at the same issuer within the same flow; with any other nothing happens. Every step of a flow
 * is good once, for one browser, and for ten minutes in all.
 */
@org.jspecify.annotations.NullMarked
package dev.mcpgateway.gateway.consent;
