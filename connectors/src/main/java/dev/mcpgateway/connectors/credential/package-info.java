/**
 * What an upstream gets to know us by. The caller's own token is never a credential here: nothing in this package can
 * hold one. Secrets come by reference, from a file or a variable, and are never printed.
 */
package dev.mcpgateway.connectors.credential;
