/** The keys that providers of models know the gateway by: what became of each, and how all are renewed at once. */
package dev.mcpgateway.gateway.model.credentials;
