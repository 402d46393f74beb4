/**
 * What providers keep for the gateway's one key, told apart by caller. A provider knows no callers: whoever names an id of a
 * kept answer gets it. So the ids that agents see carry a proof of whose they are, and others are unknown.
 */
package dev.mcpgateway.gateway.model.kept;
