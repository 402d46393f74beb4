/**
 * Decides whether a call may happen: rules, argument checks and the screening of what comes back.
 *
 * <p>The module is pure. Bytes, values and the present instant are arguments; it opens no file or connection, reads no
 * clock and no environment, draws no random number, starts no thread and logs nothing. One place loads a class-path
 * resource: {@link dev.mcpgateway.policy.screen.PatternSet#shipped()}.
 *
 * <p>Its values are safe for use by many threads unless their type says otherwise. Proof types
 * ({@link dev.mcpgateway.policy.Permit}, {@link dev.mcpgateway.policy.Visible},
 * {@link dev.mcpgateway.policy.arguments.CheckedArguments}, {@link dev.mcpgateway.policy.screen.ScreenedResult}) can only
 * be made by the class that proves what they say.
 */
@org.jspecify.annotations.NullMarked
module dev.mcpgateway.policy {
    requires static transitive org.jspecify;
    requires transitive tools.jackson.databind;
    requires com.networknt.schema;
    requires org.snakeyaml.engine;
    requires re2j;

    exports dev.mcpgateway.policy;
    exports dev.mcpgateway.policy.arguments;
    exports dev.mcpgateway.policy.rules;
    exports dev.mcpgateway.policy.rules.cel;
    exports dev.mcpgateway.policy.screen;
    exports dev.mcpgateway.policy.yaml;
}
