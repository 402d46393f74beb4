/**
 * The model plane: calls of language models on the same terms as calls of tools. Same callers, same policy, same audit log;
 * requests and answers pass through in the protocol of their provider.
 */
package dev.mcpgateway.gateway.model;
