package dev.mcpgateway.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Stage;
import io.opentelemetry.api.common.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Telemetry telemetry =
            new Telemetry(new Telemetry.Settings(null, 0.1, "mcp-gateway", "0.0.test"), nanos::get);

    @AfterEach
    void stop() {
        telemetry.close();
    }

    private List<String> lines(String name) {
        return telemetry
                .prometheusText()
                .lines()
                .filter(line -> line.startsWith(name))
                .toList();
    }

    @Test
    void aCounterHasItsTypeHelpAndLabels() {
        telemetry.refused(Stage.LOCATE, Reason.TOOL_HIDDEN);
        telemetry.refused(Stage.LOCATE, Reason.TOOL_HIDDEN);
        telemetry.refused(Stage.IDENTIFY, Reason.NO_TOKEN);

        assertThat(lines("# ").stream().filter(line -> line.contains(" gateway_refusals_total ")))
                .containsExactly(
                        "# HELP gateway_refusals_total Refused requests by stage and reason.",
                        "# TYPE gateway_refusals_total counter");
        assertThat(lines("gateway_refusals_total"))
                .containsExactlyInAnyOrder(
                        "gateway_refusals_total{gateway_reason=\"tool_hidden\",gateway_stage=\"LOCATE\"} 2",
                        "gateway_refusals_total{gateway_reason=\"no_token\",gateway_stage=\"IDENTIFY\"} 1");
    }

    @Test
    void aGaugeAndACounterAreReadWhenAskedFor() {
        AtomicLong value = new AtomicLong(3);
        telemetry.gauge("gateway.some.gauge", "A \\ and\na line.", value::get);
        telemetry.counter("gateway.some.counter", "Sum.", value::get);
        value.set(5);

        assertThat(lines("gateway_some"))
                .containsExactlyInAnyOrder("gateway_some_gauge 5", "gateway_some_counter_total 5");
        assertThat(lines("# HELP gateway_some_gauge"))
                .containsExactly("# HELP gateway_some_gauge A \\\\ and\\na line.");
    }

    @Test
    void aValueIsEscapedSoThatItCannotForgeALine() {
        telemetry.decided("a\"b\\c\nd");

        assertThat(lines("gateway_decisions_total"))
                .containsExactly("gateway_decisions_total{gateway_decision=\"a\\\"b\\\\c\\nd\"} 1");
    }

    @Test
    void aHistogramGrowsFromBucketToBucket() {
        CallTrace trace = telemetry.begin(0);
        trace.upstreamBegins("crm", "echo");
        nanos.set(30_000_000);
        trace.upstreamEnds(null);

        List<String> lines = lines("mcp_client_operation_duration_seconds");
        List<Long> counts = new ArrayList<>();
        lines.stream()
                .filter(line -> line.contains("_bucket"))
                .forEach(line -> counts.add(Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))));
        assertThat(counts).isSorted().startsWith(0L).endsWith(1L);
        assertThat(lines)
                .anyMatch(line -> line.contains("_bucket{") && line.contains("le=\"+Inf\"") && line.endsWith(" 1"));
        assertThat(lines).anyMatch(line -> line.contains("_sum{") && line.endsWith(" 0.03"));
        assertThat(lines).anyMatch(line -> line.contains("_count{") && line.endsWith(" 1"));
        assertThat(lines)
                .allMatch(line -> line.contains("gateway_upstream=\"crm\""))
                .noneMatch(line -> line.contains("echo"));
    }

    @Test
    void aToolTooManyIsCountedWithAllOthersThatAre() throws Exception {
        int room = Telemetry.SERIES_MAX - 1;
        for (int i = 0; i < room + 2; i++) {
            served("crm__tool_" + i);
        }
        served("crm__tool_0");

        List<String> counts = lines("mcp_server_operation_duration_seconds_count");
        assertThat(counts)
                .hasSize(Telemetry.SERIES_MAX)
                .contains(count("crm__tool_0", 2), count("crm__tool_" + (room - 1), 1))
                .contains("mcp_server_operation_duration_seconds_count{otel_metric_overflow=\"true\"} 2");
    }

    @Test
    void codesThatAnUpstreamMakesUpAreOneLabel() throws Exception {
        for (int i = 0; i < 5; i++) {
            failed("crm__echo", "-3250" + i);
            failed("crm__echo", "" + i);
        }
        failed("crm__echo", "-32602");
        failed("crm__echo", "tool_error");

        assertThat(lines("mcp_server_operation_duration_seconds_count"))
                .extracting(line -> line.replaceAll(".*error_type=\"([^\"]*)\".*} ", "$1 "))
                .containsExactlyInAnyOrder("protocol_error 10", "-32602 1", "tool_error 1");
    }

    private static String count(String tool, int calls) {
        return "mcp_server_operation_duration_seconds_count{gen_ai_tool_name=\"" + tool
                + "\",mcp_method_name=\"tools/call\"} " + calls;
    }

    private void served(String tool) throws Exception {
        failed(tool, null);
    }

    private void failed(String tool, @Nullable String errorType) throws Exception {
        CallTrace trace = telemetry.begin(0);
        trace.described(
                Envelope.read(StrictJson.parse(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}".getBytes(StandardCharsets.UTF_8),
                        JsonLimits.forReplies(1024, 8))),
                HttpFields.EMPTY,
                "2025-11-25",
                "call-1");
        trace.tool(tool);
        trace.end(errorType);
    }

    @Test
    void timeIsCountedForTheStageInWhichItWasSpent() {
        CallTrace trace = telemetry.begin(0);
        nanos.set(1_000_000_000L);
        trace.enter(Stage.IDENTIFY);
        nanos.set(3_000_000_000L);
        trace.enter(Stage.READ);
        trace.end(null);

        assertThat(lines("gateway_stage_time_seconds_total"))
                .contains(
                        "gateway_stage_time_seconds_total{gateway_stage=\"RECEIVE\"} 1.0",
                        "gateway_stage_time_seconds_total{gateway_stage=\"IDENTIFY\"} 2.0",
                        "gateway_stage_time_seconds_total{gateway_stage=\"READ\"} 0.0")
                .hasSize(Stage.values().length);
        assertThat(trace.stage()).isEqualTo(Stage.READ);
    }

    @Test
    void overheadIsWhatACallTookBesideItsExchange() {
        CallTrace asked = telemetry.begin(0);
        asked.modelAsked("chat", HttpFields.EMPTY, "call-1");
        nanos.set(1_000_000L);
        asked.enter(Stage.FORWARD);
        nanos.set(501_000_000L);
        asked.enter(Stage.RELAY);
        nanos.set(901_000_000L);
        asked.enter(Stage.FINISH);
        nanos.set(903_000_000L);
        asked.end(null);
        CallTrace refused = telemetry.begin(903_000_000L);
        refused.modelAsked("chat", HttpFields.EMPTY, "call-2");
        nanos.set(999_000_000L);
        refused.end("model_hidden");
        CallTrace kept = telemetry.begin(999_000_000L);
        kept.modelAsked("chat", HttpFields.EMPTY, "call-3");
        kept.enter(Stage.RELAY);
        kept.end(null);

        assertThat(lines("gateway_overhead_seconds_sum"))
                .containsExactly("gateway_overhead_seconds_sum{gen_ai_operation_name=\"chat\"} 0.003");
        assertThat(lines("gateway_overhead_seconds_count"))
                .as("who was not asked anything has no exchange to be beside")
                .containsExactly("gateway_overhead_seconds_count{gen_ai_operation_name=\"chat\"} 1");
    }

    @Test
    void theTimeOfAnEventOfAStreamIsThatSinceTheOneBefore() {
        ModelTrace asked = new ModelTrace(
                telemetry, null, Attributes.empty(), new ModelTrace.Told(telemetry.begin(0), "gpt", "acme"));
        nanos.set(2_000_000_000L);
        asked.began();
        nanos.set(2_500_000_000L);
        asked.wentOn();
        nanos.set(2_750_000_000L);
        asked.wentOn();

        assertThat(lines("gen_ai_client_operation_time_to_first_chunk_seconds_sum"))
                .containsExactly("gen_ai_client_operation_time_to_first_chunk_seconds_sum 2.0");
        assertThat(lines("gen_ai_client_operation_time_per_output_chunk_seconds_sum"))
                .containsExactly("gen_ai_client_operation_time_per_output_chunk_seconds_sum 0.75");
    }

    @Test
    void theTextIsOrderedAndEveryLineIsWellFormed() {
        telemetry.refused(Stage.READ, Reason.NOT_JSON);
        telemetry.screened("block", 2);

        List<String> lines = telemetry.prometheusText().lines().toList();
        assertThat(lines)
                .isNotEmpty()
                .allMatch(line -> line.matches("# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*")
                        || line.matches("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-z_]+=\"[^\"\n]*\",?)*\\})? [0-9.E+-]+"));
        assertThat(lines.stream().filter(line -> line.startsWith("# TYPE ")))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(telemetry.prometheusText()).endsWith("\n");
    }
}
