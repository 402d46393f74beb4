package dev.mcpgateway.gateway.mcp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The prompts of one view at one version of the catalogue. Immutable. */
final class PromptTable {
    private final List<ExposedPrompt> prompts;
    private final Map<String, ExposedPrompt> byName = new HashMap<>();

    PromptTable(List<ExposedPrompt> prompts) {
        this.prompts = List.copyOf(prompts);
        prompts.forEach(prompt -> byName.put(prompt.exposedName(), prompt));
    }

    /** In the order in which they are listed: by alias, then name. */
    List<ExposedPrompt> prompts() {
        return prompts;
    }

    /** The prompt of exactly this name, or {@code null}. */
    @Nullable
    ExposedPrompt find(String exposedName) {
        return byName.get(exposedName);
    }
}
