package dev.mcpgateway.gateway.model.money;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts in one text, so that no two lists of texts give the same one. */
final class Fields {
    private Fields() {}

    static String join(String... fields) {
        return Stream.of(fields)
                .map(field -> field.replace("%", "%25").replace("\n", "%0A"))
                .collect(Collectors.joining("\n"));
    }

    static List<String> split(String text) {
        return Stream.of(text.split("\n", -1))
                .map(field -> field.replace("%0A", "\n").replace("%25", "%"))
                .toList();
    }
}
