/** What several tests share: HTTP exchanges, event streams, child processes. */
package dev.mcpgateway.samples.testing;
