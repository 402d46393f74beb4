/**
 * Who asks, and in what order is it answered: HTTP edge, identity, the paths of a call, configuration, telemetry, admin
 * port and command line. Proofs of the other modules meet here and nowhere else.
 */
@org.jspecify.annotations.NullMarked
module dev.mcpgateway.gateway {
    requires static transitive org.jspecify;
    requires transitive dev.mcpgateway.policy;
    requires transitive dev.mcpgateway.audit;
    requires transitive dev.mcpgateway.connectors;
    requires static com.microsoft.onnxruntime;
    requires org.eclipse.jetty.server;
    requires com.nimbusds.jose.jwt;
    requires com.github.benmanes.caffeine;
    requires com.h2database.mvstore;
    requires io.github.bucket4j.core;
    requires info.picocli;
    requires io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires io.opentelemetry.exporter.otlp;
    requires io.opentelemetry.sdk;
    requires io.opentelemetry.sdk.common;
    requires io.opentelemetry.sdk.logs;
    requires io.opentelemetry.sdk.metrics;
    requires io.opentelemetry.sdk.trace;
    requires org.slf4j;
    requires tools.jackson.databind;

    exports dev.mcpgateway.gateway;
    exports dev.mcpgateway.gateway.config;

    opens dev.mcpgateway.gateway.cli to
            info.picocli;
}
