package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects the SDK's metrics on request as Prometheus text (exposition format 0.0.4), with the names that the
 * OpenTelemetry compatibility rules give. The SDK's own exporter starts a second HTTP server, hence this reader.
 */
final class PrometheusText implements MetricReader {
    private volatile CollectionRegistration registration = CollectionRegistration.noop();

    @Override
    public void register(CollectionRegistration collection) {
        this.registration = collection;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrument) {
        return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }

    String text() {
        Collection<MetricData> metrics = registration.collectAllMetrics();
        StringBuilder text = new StringBuilder(8192);
        metrics.stream().sorted(Comparator.comparing(MetricData::getName)).forEach(metric -> write(text, metric));
        return text.toString();
    }

    private static void write(StringBuilder text, MetricData metric) {
        boolean counter = metric.getType() == MetricDataType.LONG_SUM || metric.getType() == MetricDataType.DOUBLE_SUM;
        String name = name(metric, counter);
        String type = metric.getType() == MetricDataType.HISTOGRAM ? "histogram" : counter ? "counter" : "gauge";
        text.append("# HELP ").append(name).append(' ').append(help(metric)).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        switch (metric.getType()) {
            case LONG_SUM -> metric.getLongSumData().getPoints().forEach(point -> line(text, name, point));
            case LONG_GAUGE -> metric.getLongGaugeData().getPoints().forEach(point -> line(text, name, point));
            case DOUBLE_SUM -> metric.getDoubleSumData().getPoints().forEach(point -> line(text, name, point));
            case DOUBLE_GAUGE -> metric.getDoubleGaugeData().getPoints().forEach(point -> line(text, name, point));
            case HISTOGRAM -> metric.getHistogramData().getPoints().forEach(point -> histogram(text, name, point));
            case SUMMARY, EXPONENTIAL_HISTOGRAM -> {} // no instrument of ours aggregates so
        }
    }

    private static String name(MetricData metric, boolean counter) {
        StringBuilder name = new StringBuilder(metric.getName().replaceAll("[^a-zA-Z0-9_:]", "_"));
        String unit = metric.getUnit();
        if (unit.equals("s")) {
            name.append("_seconds");
        } else if (unit.equals("By")) {
            name.append("_bytes");
        }
        return counter ? name.append("_total").toString() : name.toString();
    }

    private static String help(MetricData metric) {
        return metric.getDescription().replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static void line(StringBuilder text, String name, LongPointData point) {
        line(text, name, labels(point.getAttributes()), Long.toString(point.getValue()));
    }

    private static void line(StringBuilder text, String name, DoublePointData point) {
        line(text, name, labels(point.getAttributes()), number(point.getValue()));
    }

    private static void line(StringBuilder text, String name, String labels, String value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(value).append('\n');
    }

    private static void histogram(StringBuilder text, String name, HistogramPointData point) {
        List<Double> bounds = point.getBoundaries();
        List<Long> counts = point.getCounts();
        // once: there can be thousands of points, with a dozen lines each
        String labels = labels(point.getAttributes());
        long cumulative = 0;
        for (int i = 0; i < counts.size(); i++) {
            cumulative += counts.get(i);
            String bound = i < bounds.size() ? number(bounds.get(i)) : "+Inf";
            line(
                    text,
                    name + "_bucket",
                    (labels.isEmpty() ? "" : labels + ",") + "le=\"" + bound + "\"",
                    Long.toString(cumulative));
        }
        line(text, name + "_sum", labels, number(point.getSum()));
        line(text, name + "_count", labels, Long.toString(point.getCount()));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%.1f", value)
                : Double.toString(value);
    }

    private static String labels(Attributes attributes) {
        Map<String, String> sorted = new TreeMap<>();
        attributes.forEach((key, value) ->
                sorted.put(key.getKey().replaceAll("[^a-zA-Z0-9_]", "_"), escape(String.valueOf(value))));
        StringBuilder text = new StringBuilder();
        sorted.forEach((key, value) -> text.append(text.isEmpty() ? "" : ",")
                .append(key)
                .append("=\"")
                .append(value)
                .append('"'));
        return text.toString();
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
