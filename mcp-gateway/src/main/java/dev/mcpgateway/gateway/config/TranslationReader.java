package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.connectors.model.translate.Feature;
import dev.mcpgateway.connectors.model.translate.Translation;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what a provider's {@code translation} and {@code api_version} say. */
final class TranslationReader {
    private static final int OUTPUT_TOKENS = 4096;
    private static final int OUTPUT_TOKENS_MAX = 10_000_000;

    private TranslationReader() {}

    /** What becomes of a setting that the provider's protocol cannot express. */
    private enum Lost {
        TELL,
        REFUSE
    }

    /** How requests in other protocols are brought to a provider; what is left out is as the kind's own service has it. */
    static Translation translation(YamlObject provider, ProviderKind kind) {
        Optional<YamlObject> section = provider.object("translation");
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        features.addAll(section.filter(entry -> entry.has("features"))
                .map(entry -> features(entry, kind))
                .orElseGet(() -> usual(kind)));
        if (upstream(kind) == ModelApi.CHAT_COMPLETIONS && provider.flag("include_usage", true)) {
            features.add(Feature.STREAM_USAGE);
        }
        Translation translation = new Translation(
                upstream(kind),
                owner(kind),
                section.map(entry -> entry.integer("output_tokens", 1, OUTPUT_TOKENS_MAX, OUTPUT_TOKENS))
                        .orElse((long) OUTPUT_TOKENS),
                section.map(entry -> entry.choice("losses", Lost.class, Lost.TELL))
                        .filter(Lost.REFUSE::equals)
                        .isPresent(),
                features);
        section.ifPresent(YamlObject::rejectUnknownKeys);
        return translation;
    }

    private static Set<Feature> features(YamlObject section, ProviderKind kind) {
        Map<String, Feature> known = new LinkedHashMap<>();
        Arrays.stream(Feature.values())
                .filter(feature -> feature != Feature.STREAM_USAGE && isOf(kind, feature))
                .forEach(feature -> known.put(feature.name().toLowerCase(Locale.ROOT), feature));
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        section.required("features").ifPresent(value -> value.list().forEach(each -> features.add(each.choice(known))));
        return features;
    }

    private static boolean isOf(ProviderKind kind, Feature feature) {
        return feature.isOf(upstream(kind)) || (kind == ProviderKind.BEDROCK && feature.isOf(ModelApi.CONVERSE));
    }

    private static Set<Feature> usual(ProviderKind kind) {
        return switch (kind) {
            case OPENAI, AZURE_OPENAI ->
                Set.of(Feature.RESPONSES, Feature.MAX_COMPLETION_TOKENS, Feature.REASONING_EFFORT, Feature.JSON_OBJECT);
            case OPENAI_COMPATIBLE -> Set.of(Feature.JSON_OBJECT);
            case ANTHROPIC, BEDROCK, GEMINI -> Set.of();
        };
    }

    /** Of Bedrock's models those of Anthropic. */
    private static ModelApi upstream(ProviderKind kind) {
        return switch (kind) {
            case OPENAI, AZURE_OPENAI, OPENAI_COMPATIBLE -> ModelApi.CHAT_COMPLETIONS;
            case ANTHROPIC, BEDROCK -> ModelApi.MESSAGES;
            case GEMINI -> ModelApi.GENERATE_CONTENT;
        };
    }

    /** Two services of one maker understand each other's state; others must not see it. */
    private static String owner(ProviderKind kind) {
        return switch (kind) {
            case OPENAI, AZURE_OPENAI -> "openai";
            case OPENAI_COMPATIBLE -> Translation.ANY_CHAT;
            case ANTHROPIC, BEDROCK -> "anthropic";
            case GEMINI -> "google";
        };
    }

    /** Azure's older paths carry a version; nobody else's do. */
    static String apiVersion(YamlObject provider, ProviderKind kind, URI baseUrl) {
        String version = provider.text("api_version", "");
        if (!version.isEmpty() && kind != ProviderKind.AZURE_OPENAI) {
            provider.problem("api_version", "only azure_openai has one", "Remove it");
        } else if (!version.matches("[A-Za-z0-9.-]{0,32}")) {
            provider.problem("api_version", "it must be like 2024-10-21", "");
        } else if (!version.isEmpty() && baseUrl.getPath().matches(".*/openai(/v1)?/?")) {
            provider.problem(
                    "base_url",
                    "with api_version the gateway adds /openai/deployments/… to it",
                    "Let it end before /openai, or remove api_version");
        }
        return version;
    }
}
