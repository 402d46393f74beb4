package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.mcp.UpstreamStatus;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Stage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.SdkLoggerProviderBuilder;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spans and metrics through the OpenTelemetry SDK: over OTLP/HTTP where an endpoint is configured, and metrics as
 * Prometheus text. Without an endpoint no span is made and an agent's trace context passes through unchanged.
 */
public final class Telemetry implements AutoCloseable {
    private static final String SCOPE = "dev.mcpgateway";

    /** Spans that wait for export; sized for two seconds at the speed of one core. What does not fit is counted. */
    private static final int SPAN_QUEUE = 32_768;

    private static final int SPAN_BATCH = 2_048;
    private static final Duration EXPORT_EVERY = Duration.ofSeconds(1);
    private static final Duration METRICS_EVERY = Duration.ofSeconds(15);

    /**
     * Values of its labels together that one metric has, and keeps: a tool is one, and one more for each way in which it failed.
     * The SDK's own 2,000 are less than one catalogue can have. Later ones are counted as one, {@code otel.metric.overflow}.
     */
    static final int SERIES_MAX = 10_000;

    /** Bucket bounds of MCP durations in seconds (semantic conventions). */
    private static final List<Double> SECONDS =
            List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0);

    /** Bucket bounds in seconds of what the gateway itself takes. */
    private static final List<Double> OVERHEADS =
            List.of(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0);

    private final OpenTelemetrySdk sdk;
    private final PrometheusText prometheus;
    private final @Nullable Tracer tracer;
    private final Meter meter;
    private final LongSupplier nanoClock;
    private final DoubleHistogram serverDuration;
    private final DoubleHistogram clientDuration;
    private final DoubleHistogram overhead;
    private final CallEvents events;
    private final LongCounter refusals;
    private final LongCounter decisions;
    private final LongCounter screened;
    private final LongCounter cached;
    private final LongCounter keyRefusals;
    private final LongCounter signals;
    private final GenAiNames names;
    private final ModelMetrics models;
    private final JudgeMetrics judging;
    private final Map<Stage, LongAdder> stageNanos = new EnumMap<>(Stage.class);
    private final Map<Stage, LongAdder> stageCounts = new EnumMap<>(Stage.class);

    /**
     * What is sent where.
     *
     * @param otlpUrl base URL of an OTLP/HTTP receiver such as {@code http://127.0.0.1:4318}, or {@code null}
     * @param sampleRatio share of traces without a parent that are recorded, 0 to 1; a parent's decision is kept
     * @param serviceName the resource's {@code service.name}
     * @param version the resource's {@code service.version}
     * @param latestNames whether what is said of models has the names that the conventions will have, not those of 1.41
     * @param events whether each call is told as an event, too; needs a receiver
     */
    public record Settings(
            @Nullable String otlpUrl,
            double sampleRatio,
            String serviceName,
            String version,
            boolean latestNames,
            boolean events) {
        /** With the names of 1.41, and without events. */
        public Settings(@Nullable String otlpUrl, double sampleRatio, String serviceName, String version) {
            this(otlpUrl, sampleRatio, serviceName, version, false, false);
        }
    }

    /** Starts exporting. */
    public Telemetry(Settings settings, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.prometheus = new PrometheusText();
        Resource resource = Resource.getDefault()
                .merge(Resource.create(Attributes.builder()
                        .put("service.name", settings.serviceName())
                        .put("service.version", settings.version())
                        .build()));
        SdkMeterProvider meters = meters(settings, resource);
        SdkTracerProvider tracers = tracers(settings, resource, meters);
        this.sdk = OpenTelemetrySdk.builder()
                .setMeterProvider(meters)
                .setTracerProvider(tracers)
                .setLoggerProvider(logs(settings, resource, meters))
                .build();
        this.tracer = settings.otlpUrl() == null ? null : sdk.getTracer(SCOPE);
        this.meter = sdk.getMeter(SCOPE);
        this.events = new CallEvents(
                settings.otlpUrl() != null && settings.events()
                        ? sdk.getLogsBridge().get(SCOPE)
                        : null);
        this.serverDuration = duration(Names.SERVER_DURATION, "Duration of agents' MCP requests.");
        this.clientDuration = duration(Names.CLIENT_DURATION, "Duration of exchanges with upstreams.");
        this.overhead = meter.histogramBuilder(Names.OVERHEAD)
                .setUnit("s")
                .setDescription("What calls took beside the exchange with a provider or an upstream.")
                .setExplicitBucketBoundariesAdvice(OVERHEADS)
                .build();
        this.refusals = meter.counterBuilder(Names.REFUSALS)
                .setDescription("Refused requests by stage and reason.")
                .build();
        this.decisions = meter.counterBuilder(Names.DECISIONS)
                .setDescription("Policy decisions about calls.")
                .build();
        this.screened = meter.counterBuilder(Names.SCREENED)
                .setDescription("Findings of response screening by what was done.")
                .build();
        this.cached = meter.counterBuilder(Names.CACHE_REQUESTS)
                .setDescription("Calls of models with a cache by what it had for them.")
                .build();
        this.keyRefusals = meter.counterBuilder(GenAi.KEY_REFUSALS)
                .setDescription("Keys that providers of models refused.")
                .build();
        this.signals = meter.counterBuilder(Names.SIGNALS)
                .setDescription("Signals raised.")
                .build();
        this.names = settings.latestNames() ? GenAiNames.LATEST : GenAiNames.V1_41;
        this.models = new ModelMetrics(meter, names);
        this.judging = new JudgeMetrics(meter);
        for (Stage stage : Stage.values()) {
            stageNanos.put(stage, new LongAdder());
            stageCounts.put(stage, new LongAdder());
        }
        observeStages();
    }

    private SdkMeterProvider meters(Settings settings, Resource resource) {
        SdkMeterProviderBuilder builder =
                SdkMeterProvider.builder().setResource(resource).registerMetricReader(prometheus, _ -> SERIES_MAX);
        String url = settings.otlpUrl();
        if (url != null) {
            builder.registerMetricReader(
                    PeriodicMetricReader.builder(OtlpHttpMetricExporter.builder()
                                    .setEndpoint(url + "/v1/metrics")
                                    .build())
                            .setInterval(METRICS_EVERY)
                            .build(),
                    _ -> SERIES_MAX);
        }
        return builder.build();
    }

    private static SdkTracerProvider tracers(Settings settings, Resource resource, SdkMeterProvider meters) {
        SdkTracerProviderBuilder builder = SdkTracerProvider.builder()
                .setResource(resource)
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sampleRatio())));
        String url = settings.otlpUrl();
        if (url != null) {
            builder.addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                            .setEndpoint(url + "/v1/traces")
                            .build())
                    .setMaxQueueSize(SPAN_QUEUE)
                    .setMaxExportBatchSize(SPAN_BATCH)
                    .setScheduleDelay(EXPORT_EVERY)
                    .setMeterProvider(meters)
                    .build());
        }
        return builder.build();
    }

    private static SdkLoggerProvider logs(Settings settings, Resource resource, SdkMeterProvider meters) {
        SdkLoggerProviderBuilder builder = SdkLoggerProvider.builder().setResource(resource);
        String url = settings.otlpUrl();
        if (url != null && settings.events()) {
            builder.addLogRecordProcessor(BatchLogRecordProcessor.builder(OtlpHttpLogRecordExporter.builder()
                            .setEndpoint(url + "/v1/logs")
                            .build())
                    .setMaxQueueSize(SPAN_QUEUE)
                    .setMaxExportBatchSize(SPAN_BATCH)
                    .setScheduleDelay(EXPORT_EVERY)
                    .setMeterProvider(() -> meters)
                    .build());
        }
        return builder.build();
    }

    private DoubleHistogram duration(String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("s")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(SECONDS)
                .build();
    }

    private void observeStages() {
        Map<Stage, Attributes> labels = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            labels.put(stage, Attributes.of(Names.STAGE, stage.name()));
        }
        meter.counterBuilder(Names.STAGE_TIME)
                .ofDoubles()
                .setUnit("s")
                .setDescription("Time spent in each stage.")
                .buildWithCallback(
                        out -> stageNanos.forEach((stage, sum) -> out.record(sum.sum() / 1e9, labels.get(stage))));
        meter.counterBuilder(Names.STAGE_COUNT)
                .setDescription("Requests that went through each stage.")
                .buildWithCallback(
                        out -> stageCounts.forEach((stage, sum) -> out.record(sum.sum(), labels.get(stage))));
    }

    /** Begins to watch one request. */
    public CallTrace begin(long startNanos) {
        return new CallTrace(this, startNanos);
    }

    /** Begins to watch a request of the gateway's own. */
    public CallTrace begin() {
        return begin(now());
    }

    /** Counts a refusal. */
    public void refused(Stage stage, Reason reason) {
        refusals.add(1, Attributes.of(Names.STAGE, stage.name(), Names.REASON, reason.code()));
    }

    /** Counts a policy decision, such as {@code allow} or {@code hidden}. */
    public void decided(String decision) {
        decisions.add(1, Attributes.of(Names.DECISION, decision));
    }

    /** Counts findings of screening by the action taken. */
    public void screened(String action, int findings) {
        screened.add(findings, Attributes.of(Names.DECISION, action));
    }

    /**
     * Counts a call of a model whose answers are kept: {@code hit}, {@code miss} or {@code bypass}; what the semantic cache had
     * for it begins with {@code semantic_}.
     */
    public void cached(String result) {
        cached.add(1, Attributes.of(Names.RESULT, result));
    }

    /** Counts a key that a provider refused. */
    public void keyRefused(String provider, String key) {
        keyRefusals.add(1, Attributes.of(GenAi.PROVIDER_ALIAS, provider, GenAi.KEY, key));
    }

    /** Counts a signal by its name. */
    public void signalled(String signal) {
        signals.add(1, Attributes.of(Names.SIGNAL, signal));
    }

    /** Adds a value that is read when metrics are collected. */
    public void gauge(String name, String description, LongSupplier value) {
        meter.gaugeBuilder(name)
                .ofLongs()
                .setDescription(description)
                .buildWithCallback(out -> out.record(value.getAsLong()));
    }

    /** Adds a gauge with one value for each value of a label. */
    public void gauges(String name, String description, String label, Supplier<Map<String, Long>> values) {
        AttributeKey<String> key = AttributeKey.stringKey(label);
        meter.gaugeBuilder(name)
                .ofLongs()
                .setDescription(description)
                .buildWithCallback(out ->
                        values.get().forEach((each, value) -> out.record(value, Attributes.of(key, each))));
    }

    /** Adds the health of each upstream: 1 for the state that it is in, 0 for the others. */
    public void upstreams(Supplier<Map<String, UpstreamStatus>> status) {
        meter.gaugeBuilder(Names.UPSTREAM_HEALTH)
                .ofLongs()
                .setDescription("1 for the state that an upstream is in.")
                .buildWithCallback(out -> status.get().forEach((alias, each) -> {
                    for (UpstreamStatus.Health health : UpstreamStatus.Health.values()) {
                        out.record(
                                each.health() == health ? 1 : 0,
                                Attributes.of(
                                        Names.UPSTREAM,
                                        alias,
                                        Names.STATE,
                                        health.name().toLowerCase(Locale.ROOT)));
                    }
                }));
    }

    /** Adds a growing sum that is read when metrics are collected. */
    public void counter(String name, String description, LongSupplier value) {
        meter.counterBuilder(name).setDescription(description).buildWithCallback(out -> out.record(value.getAsLong()));
    }

    /** All metrics as Prometheus text (exposition format 0.0.4). */
    public String prometheusText() {
        return prometheus.text();
    }

    long now() {
        return nanoClock.getAsLong();
    }

    @Nullable
    Tracer tracer() {
        return tracer;
    }

    /** What is counted of the online judge. */
    public JudgeMetrics judging() {
        return judging;
    }

    CallEvents events() {
        return events;
    }

    void overhead(double seconds, Attributes attributes) {
        overhead.record(seconds, attributes);
    }

    GenAiNames names() {
        return names;
    }

    ModelMetrics models() {
        return models;
    }

    void stage(Stage stage, long nanos) {
        LongAdder sum = stageNanos.get(stage);
        LongAdder count = stageCounts.get(stage);
        if (sum != null && count != null) {
            sum.add(nanos);
            count.increment();
        }
    }

    void served(double seconds, Attributes attributes) {
        serverDuration.record(seconds, attributes);
    }

    void asked(double seconds, Attributes attributes) {
        clientDuration.record(seconds, attributes);
    }

    /** Sends what waits, for at most five seconds. */
    @Override
    public void close() {
        sdk.shutdown().join(5, TimeUnit.SECONDS);
    }
}
