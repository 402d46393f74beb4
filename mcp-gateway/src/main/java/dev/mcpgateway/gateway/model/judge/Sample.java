package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.config.Models;

/**
 * An answer that is to be judged.
 *
 * @param of the call
 * @param target who was asked
 * @param served what the answer called its model
 * @param request the request, as the provider saw it
 * @param answer the text of the answer, as the agent saw it
 */
record Sample(JudgedCall of, Models.Target target, String served, String request, String answer) {}
