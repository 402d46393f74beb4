package dev.mcpgateway.audit;

/**
 * What was called (JSON: {@code tool}). Empty strings are left out.
 *
 * @param server {@code tool.server}: alias of the upstream
 * @param name {@code tool.name}: name at the upstream, without the alias
 * @param definitionSha256 {@code tool.def_sha256}: hash of the definition in force, hexadecimal; shows a changed tool
 */
public record ToolRef(String server, String name, String definitionSha256) {
    /** No tool was named or found. */
    public static final ToolRef NONE = new ToolRef("", "", "");
}
