package dev.mcpgateway.policy.arguments;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON Schema that was found safe to enforce, ready for many checks. Immutable and safe for use by many threads.
 *
 * <p>Dialects: 2020-12 (the default, MCP 2026-07-28 "JSON Schema Usage"), 2019-09, draft-07 and draft-06. {@code format}
 * is an annotation, as 2020-12 has it. {@code pattern} runs on RE2/J in linear time.
 */
public final class CompiledSchema {

    /** Levels of an instance that is checked; the same bound as {@link PayloadLimits#STANDARD} has for arguments. */
    private static final int INSTANCE_DEPTH_MAX = PayloadLimits.STANDARD.depthMax();

    private final Schema schema;
    private final long evaluationsPerValue;
    private final long workMax;

    private CompiledSchema(Schema schema, long evaluationsPerValue, long workMax) {
        this.schema = schema;
        this.evaluationsPerValue = evaluationsPerValue;
        this.workMax = workMax;
    }

    /**
     * Admits {@code schema} if it can be enforced within {@code bounds}. Quarantined is a schema that is not an object,
     * names another dialect, leaves itself by a reference, refers to nothing or to itself without going deeper, nests or
     * multiplies beyond the bounds, or holds a pattern that has no linear form. Never throws, never loads anything.
     */
    public static SchemaAdmission admit(JsonNode schema, SchemaBounds bounds) {
        try {
            return new SchemaAdmission.Admitted(compile(schema, bounds));
        } catch (Unenforceable unenforceable) {
            return new SchemaAdmission.Quarantined("The schema cannot be enforced: " + unenforceable.reason());
        } catch (RuntimeException | StackOverflowError failed) {
            return new SchemaAdmission.Quarantined("The schema cannot be enforced: it does not compile ("
                    + failed.getClass().getSimpleName() + ")");
        }
    }

    private static CompiledSchema compile(JsonNode schema, SchemaBounds bounds) {
        if (!schema.isObject()) {
            throw new Unenforceable("it is not an object");
        }
        SchemaDocument.check(schema, bounds);
        SpecificationVersion dialect = Dialects.of(schema);
        String rootId = schema.path("$id").asString("");
        SchemaGraph graph = SchemaGraph.of(schema, rootId, bounds.patternSizeMax());
        long evaluations = EvaluationBound.of(graph, bounds, INSTANCE_DEPTH_MAX);
        Schema compiled = registry(dialect, bounds).getSchema(EnforcedForm.of(schema, graph, 2 * bounds.nodesMax()));
        compiled.initializeValidators();
        return new CompiledSchema(compiled, evaluations, bounds.workMax());
    }

    /** A registry of its own per schema, so that no {@code $id} of one schema is seen by another. */
    private static SchemaRegistry registry(SpecificationVersion dialect, SchemaBounds bounds) {
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .failFast(true)
                .formatAssertionsEnabled(false)
                .locale(Locale.ROOT)
                .preloadSchema(true)
                .regularExpressionFactory(expression -> LinearPattern.compile(expression, bounds.patternSizeMax()))
                .build();
        return SchemaRegistry.withDefaultDialect(
                dialect,
                builder -> builder.schemaRegistryConfig(config)
                        .schemaLoader(
                                loader -> loader.fetchRemoteResources(false).block(iri -> true)));
    }

    /**
     * The first violation of {@code instance}, or nothing when it is valid. An instance that is too large for this
     * schema's work bound, too deep, or that makes the validator fail in any way is a violation.
     */
    public Optional<Violation> validate(JsonNode instance) {
        return Optional.ofNullable(firstViolation(instance));
    }

    @Nullable
    Violation firstViolation(JsonNode instance) {
        try {
            long size = InstanceSize.of(instance, INSTANCE_DEPTH_MAX);
            if (size > workMax / evaluationsPerValue) {
                return new Violation(
                        "", "must be smaller: its size times the schema's alternatives is too much to check");
            }
            List<Error> errors = schema.validate(instance);
            return errors.isEmpty() ? null : ViolationText.of(errors);
        } catch (RuntimeException | StackOverflowError noVerdict) {
            return new Violation("", "could not be checked against the schema");
        }
    }
}
