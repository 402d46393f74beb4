package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Gateways in front of two scripted providers: {@code gpt} is OpenAI's kind, {@code claude} Anthropic's. */
final class ModelGateways {
    /** The key of OpenAI's kind. */
    static final String OPENAI_KEY = "sk-upstream-openai-0001";

    /** The key of Anthropic's kind. */
    static final String ANTHROPIC_KEY = "sk-ant-upstream-0002";

    /** Everybody of {@code support} may call both; {@code secret} is nobody's. */
    static final String ALLOW = """
            version: 1
            rules:
              - id: support-may-ask
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [model/call]
                resources: ["model:gpt", "model:claude", "model:gone"]
              - id: not-mallory
                effect: forbid
                principals: {issuer: corp, subject: mallory}
                actions: [model/call]
                resources: ["model:*"]
            """;

    /** The keys of an account of AWS. */
    static final String AWS_ID = "AKIAEXAMPLEEXAMPLE00";

    static final String AWS_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private ModelGateways() {}

    static TestGateway.Builder in(Path folder, FakeModelServer openai, FakeModelServer anthropic) throws IOException {
        return in(folder, openai, anthropic, "");
    }

    /** With further keys of both providers, each followed by a comma. */
    static TestGateway.Builder in(Path folder, FakeModelServer openai, FakeModelServer anthropic, String more)
            throws IOException {
        return in(folder, openai, anthropic, more, "");
    }

    /** With further keys of {@code models}, a line each, without indentation. */
    static TestGateway.Builder in(
            Path folder, FakeModelServer openai, FakeModelServer anthropic, String more, String sections)
            throws IOException {
        secret(folder.resolve("openai.key"), OPENAI_KEY);
        secret(folder.resolve("anthropic.key"), ANTHROPIC_KEY);
        return TestGateway.in(folder)
                .policy(ALLOW)
                .section("models", """

                  providers:
                    acme: {kind: openai, base_url: "%s", %s credential: {static: {secret: {file: openai.key}}}}
                    other: {kind: anthropic, base_url: "%s", %s betas: [good-beta], credential: {static: {secret: {file: anthropic.key}}}}
                  aliases:
                    gpt: {targets: [{provider: acme, model: acme-large-1}]}
                    claude: {targets: [{provider: other, model: other-sonnet-9}]}
                    secret: {targets: [{provider: acme, model: acme-secret}]}
                """.formatted(openai.url(), more, anthropic.url(), more) + sections.indent(2));
    }

    /** All of OpenAI's, Anthropic's, Google's and a compatible server at one scripted provider, with keys of their own. */
    static TestGateway.Builder ofAllKinds(Path folder, FakeModelServer provider, String translation)
            throws IOException {
        for (String name : List.of("openai", "anthropic", "google")) {
            secret(folder.resolve(name + ".key"), "sk-upstream-" + name);
        }
        return TestGateway.in(folder)
                .policy(ALLOW.replace("model:gone\"", "model:gem\", \"model:llama\""))
                .section("models", """

                  providers:
                    acme: {kind: openai, base_url: "%1$s", %2$s credential: {static: {secret: {file: openai.key}}}}
                    other: {kind: anthropic, base_url: "%1$s", %2$s credential: {static: {secret: {file: anthropic.key}}}}
                    google: {kind: gemini, base_url: "%1$s", %2$s credential: {static: {secret: {file: google.key}}}}
                    local: {kind: openai_compatible, base_url: "%1$s", %2$s credential: none}
                  aliases:
                    gpt: {targets: [{provider: acme, model: acme-large-1}]}
                    claude: {targets: [{provider: other, model: other-sonnet-9}]}
                    gem: {targets: [{provider: google, model: gem-3}]}
                    llama: {targets: [{provider: local, model: llama-3}]}
                """.formatted(provider.url(), translation));
    }

    /** One provider as Azure: {@code gpt} at its newer paths, {@code claude} at its older ones. */
    static TestGateway.Builder ofAzure(Path folder, FakeModelServer azure) throws IOException {
        secret(folder.resolve("azure.key"), OPENAI_KEY);
        return TestGateway.in(folder).policy(ALLOW).section("models", """

                  providers:
                    newer: {kind: azure_openai, base_url: "%1$s/openai/v1", credential: {static: {secret: {file: azure.key}}}}
                    older: {kind: azure_openai, base_url: "%1$s", api_version: "2024-10-21", credential: {static: {secret: {file: azure.key}}}}
                  aliases:
                    gpt: {targets: [{provider: newer, model: m}]}
                    claude: {targets: [{provider: older, model: my deployment}]}
                """.formatted(
                        azure.url().resolve("/").toString().replaceFirst("/$", "")));
    }

    /** Two providers of OpenAI's kind, {@code one} and {@code two}, whose models everybody of {@code support} may call. */
    static TestGateway.Builder routed(
            Path folder, FakeModelServer one, FakeModelServer two, String routing, String aliases) throws IOException {
        return TestGateway.in(folder)
                .policy(ALLOW.replaceFirst("resources: .*", "resources: [\"model:*\"]\n    ack_broad: true"))
                .limits("{auth_failures_per_minute: 0}")
                .section("models", """

                  providers:
                    one: {kind: openai, base_url: "%s", concurrent_calls: 2, credential: none}
                    two: {kind: openai, base_url: "%s", credential: none}
                %s  aliases: %s
                """.formatted(
                        one.url(), two.url(), routing.isEmpty() ? "" : "  routing: " + routing + "\n", aliases));
    }

    /** Writes those keys into files; gives the {@code credential} that has them, with further members, each behind a comma. */
    static String aws(Path folder, String more) throws IOException {
        secret(folder.resolve("aws.id"), AWS_ID);
        secret(folder.resolve("aws.secret"), AWS_SECRET);
        return "{aws: {region: eu-central-1, access_key_id: {file: aws.id}, secret_access_key: {file: aws.secret}"
                + more + "}}";
    }

    static void secret(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text + "\n");
    }
}
