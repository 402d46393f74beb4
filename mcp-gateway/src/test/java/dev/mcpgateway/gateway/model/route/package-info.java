/** Who is asked for a call of a model, and what is learnt from how that went. */
package dev.mcpgateway.gateway.model.route;
