package dev.mcpgateway.gateway.evidence;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lines of an egress proxy or firewall, in which providers of models are looked for: JSON objects, one a line, or CSV whose first
 * line names the columns. What is read of a line is a host or a URL, and who asked.
 */
public final class EgressLog {
    private static final int LINE_BYTES_MAX = 64 << 10;
    private static final int ROWS_MAX = 10_000;
    private static final int SOURCES_MAX = 10_000;
    private static final List<String> HOSTS = List.of(
            "host", "hostname", "server_name", "sni", "dest_host", "destination", "authority", "cs-host", "url");
    private static final List<String> SOURCES =
            List.of("user", "username", "cs-username", "source", "src", "src_ip", "client_ip", "c-ip", "remote_addr");

    private final ProviderHosts hosts;
    private final Set<String> gateways;
    private final Map<String, Row> rows = new TreeMap<>();
    private List<String> header = List.of();
    private long lines;
    private long unreadable;
    private boolean cut;

    private static final class Row {
        private final String provider;
        private final Names sources = new Names(SOURCES_MAX);
        private long requests;
        private long throughGateway;

        private Row(String provider) {
            this.provider = provider;
        }
    }

    /**
     * A report.
     *
     * @param grid by provider and host
     * @param lines how many lines there were
     * @param unreadable how many of them told no host
     * @param isCut whether there was more than fits
     */
    public record Report(Grid grid, long lines, long unreadable, boolean isCut) {}

    private EgressLog(ProviderHosts hosts, Set<String> gateways) {
        this.hosts = hosts;
        this.gateways = Set.copyOf(gateways);
    }

    /**
     * Reads a file line by line.
     *
     * @param gateways what the file calls gateways in the place of who asked; their requests are governed
     * @throws IOException if the file cannot be read
     */
    public static Report read(Path file, Set<String> gateways) throws IOException {
        EgressLog log = new EgressLog(ProviderHosts.shipped(), gateways);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            byte[] line = new byte[LINE_BYTES_MAX];
            int length = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    log.line(line, length);
                    length = 0;
                } else if (length == line.length) {
                    // too long to be one: the rest of it is passed over
                    skip(in);
                    log.line(line, -1);
                    length = 0;
                } else {
                    line[length++] = (byte) next;
                }
            }
            if (length > 0) {
                log.line(line, length);
            }
        }
        return new Report(
                new Grid(List.of("provider", "host", "requests", "through_gateway", "sources", "governed"), log.rows()),
                log.lines,
                log.unreadable,
                log.cut);
    }

    private static void skip(InputStream in) throws IOException {
        int next = in.read();
        while (next >= 0 && next != '\n') {
            next = in.read();
        }
    }

    private void line(byte[] bytes, int length) {
        if (length == 0) {
            return;
        }
        lines++;
        String text = length < 0 ? "" : new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
        if (text.startsWith("{")) {
            json(text);
        } else if (lines == 1 && header.isEmpty() && !text.isEmpty()) {
            header = cells(text).stream()
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .toList();
            lines--;
        } else {
            csv(cells(text));
        }
    }

    private void json(String text) {
        try {
            JsonNode line = JsonMapper.shared().readTree(text);
            add(
                    first(HOSTS.stream().map(name -> line.path(name).asString(""))),
                    first(SOURCES.stream().map(name -> line.path(name).asString(""))));
        } catch (JacksonException malformed) {
            unreadable++;
        }
    }

    private void csv(List<String> cells) {
        add(
                first(HOSTS.stream().map(name -> cell(cells, name))),
                first(SOURCES.stream().map(name -> cell(cells, name))));
    }

    private String cell(List<String> cells, String name) {
        int column = header.indexOf(name);
        return column >= 0 && column < cells.size() ? cells.get(column) : "";
    }

    private static String first(Stream<String> values) {
        return values.filter(value -> !value.isEmpty()).findFirst().orElse("");
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    private void add(String place, String source) {
        String host = host(place);
        if (host.isEmpty()) {
            unreadable++;
            return;
        }
        Optional<String> provider = hosts.provider(host);
        if (provider.isEmpty()) {
            return;
        }
        Row row = rows.get(host);
        if (row == null) {
            row = new Row(provider.get());
            if (rows.size() >= ROWS_MAX) {
                cut = true;
            } else {
                rows.put(host, row);
            }
        }
        row.requests++;
        if (gateways.contains(source)) {
            row.throughGateway++;
        } else {
            row.sources.add(source);
        }
    }

    /** The host of a URL, of {@code host:port}, or itself. */
    private static String host(String place) {
        String text = place.strip().toLowerCase(Locale.ROOT);
        try {
            String url = text.contains("://") ? text : "https://" + text;
            String host = URI.create(url).getHost();
            return host == null ? "" : host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    private List<List<String>> rows() {
        List<List<String>> all = new ArrayList<>();
        rows.forEach((host, row) -> all.add(List.of(
                row.provider,
                host,
                Long.toString(row.requests),
                Long.toString(row.throughGateway),
                row.sources.count(),
                row.throughGateway == row.requests ? "yes" : row.throughGateway == 0 ? "no" : "in part")));
        return all;
    }
}
