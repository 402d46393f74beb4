/**
 * A stand-in for a provider of models, so that the quickstart needs no account and no network. It thinks nothing: it looks
 * for the tools that a question asks for, then repeats what they said. It speaks OpenAI's Chat Completions, whole answers
 * only.
 */
package dev.mcpgateway.samples.model;
