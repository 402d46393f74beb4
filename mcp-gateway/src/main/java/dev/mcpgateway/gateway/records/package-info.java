/** What all paths say to the audit log in the same words. */
package dev.mcpgateway.gateway.records;
