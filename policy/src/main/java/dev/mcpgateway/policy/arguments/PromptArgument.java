package dev.mcpgateway.policy.arguments;

/** An argument that a prompt declares (MCP, {@code PromptArgument}). */
public record PromptArgument(String name, boolean required) {}
