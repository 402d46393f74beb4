package dev.mcpgateway.gateway.evidence;

import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Rows under named columns, and the forms in which people and programs want them. What others chose (names of models,
 * hosts) can neither move a terminal's cursor nor become a formula in a spreadsheet.
 *
 * @param columns names of the columns, as in JSON
 * @param rows the rows, each with a value for each column
 */
public record Grid(List<String> columns, List<List<String>> rows) {
    private static final String FORMULA = "=+-@\t\r";

    /** A negative one is none, though it begins so. */
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    /** Forms of a report. */
    public enum Form {
        /** For people. */
        TABLE,
        /** One array of objects whose values are texts. */
        JSON,
        /** RFC 4180, with a header. */
        CSV
    }

    /** Copies the lists. */
    public Grid {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** The whole report; ends in a line feed. */
    public String as(Form form) {
        return switch (form) {
            case TABLE -> table();
            case JSON -> json();
            case CSV -> csv();
        };
    }

    private String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream()
                .map(name -> name.replace('_', ' ').toUpperCase(Locale.ROOT))
                .toList());
        rows.forEach(row -> lines.add(row.stream().map(Grid::printable).toList()));
        int[] widths = new int[columns.size()];
        lines.forEach(line -> {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        });
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder one = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                one.append(line.get(column))
                        .repeat(' ', widths[column] - line.get(column).length() + 2);
            }
            text.append(one.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }

    private String json() {
        StringBuilder text = new StringBuilder("[");
        for (List<String> row : rows) {
            text.append(text.length() > 1 ? ",\n" : "\n").append('{');
            for (int column = 0; column < row.size(); column++) {
                text.append(column == 0 ? "" : ",")
                        .append(quote(columns.get(column)))
                        .append(':')
                        .append(quote(row.get(column)));
            }
            text.append('}');
        }
        return text.append("\n]\n").toString();
    }

    private static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    private String csv() {
        StringBuilder text = new StringBuilder(String.join(",", columns)).append("\r\n");
        rows.forEach(row -> text.append(
                        String.join(",", row.stream().map(Grid::cell).toList()))
                .append("\r\n"));
        return text.toString();
    }

    private static String cell(String value) {
        boolean isFormula = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0;
        String safe = isFormula && !NUMBER.matcher(value).matches() ? "'" + value : value;
        return "\"" + printable(safe).replace("\"", "\"\"") + "\"";
    }
}
