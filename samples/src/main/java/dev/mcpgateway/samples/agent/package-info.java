/** A scripted agent: it shows in the quickstart what the gateway lets through and what it does not. */
package dev.mcpgateway.samples.agent;
