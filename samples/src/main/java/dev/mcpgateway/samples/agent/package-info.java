/**
 * Agents of the quickstart: a scripted one that shows what the gateway lets through and what it does not, and one that asks
 * a model and does with tools what the model wants.
 */
package dev.mcpgateway.samples.agent;
