package dev.mcpgateway.policy.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A value of a YAML file that knows where it stands. Immutable. */
public sealed interface YamlNode {

    /** Where the value begins. */
    Position position();

    /** The value in the JSON data model, without positions; a new tree each time. */
    JsonNode toJson();

    /** What the value is, for messages: "a mapping", "a list", "text", "a number", "true or false" or "empty". */
    String kind();

    /** A mapping; members in file order, keys unique. */
    record Mapping(Position position, Map<String, Member> members) implements YamlNode {

        /** Copies {@code members}, keeping their order. */
        public Mapping {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public JsonNode toJson() {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            members.forEach((key, member) -> object.set(key, member.value().toJson()));
            return object;
        }

        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /** A member of a mapping: the position of its key, and its value. */
    record Member(Position key, YamlNode value) {}

    /** A list. */
    record Sequence(Position position, List<YamlNode> items) implements YamlNode {

        /** Copies {@code items}. */
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public JsonNode toJson() {
            ArrayNode array = JsonNodeFactory.instance.arrayNode(items.size());
            items.forEach(item -> array.add(item.toJson()));
            return array;
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A single value: JSON string, number (exact decimal), boolean or null. */
    record Scalar(Position position, JsonNode value) implements YamlNode {

        @Override
        public JsonNode toJson() {
            return value;
        }

        @Override
        public String kind() {
            return switch (value.getNodeType()) {
                case NUMBER -> "a number";
                case BOOLEAN -> "true or false";
                case NULL -> "empty";
                case ARRAY, BINARY, MISSING, OBJECT, POJO, STRING -> "text";
            };
        }
    }
}
