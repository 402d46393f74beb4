package dev.mcpgateway.policy.yaml;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Builds the tree from the parser's events. Reads events and not composed nodes or JSON tokens: these still tell an
 * anchor, an alias and a tag from plain text (Jackson's YAML tokens drop anchors and tags of plain scalars).
 */
final class TreeBuilder {

    /** Ends the build after its reason was added to the problems. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped", null, false, false);
        }
    }

    private final String file;
    private final Problems problems;

    TreeBuilder(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The root of the only document; an empty file is an empty value. */
    YamlNode build(Iterator<Event> events) {
        Position root = new Position(file, 1, 1, "");
        YamlNode tree = new YamlNode.Scalar(root, JsonNodeFactory.instance.nullNode());
        boolean seen = false;
        while (events.hasNext()) {
            Event event = events.next();
            if (event instanceof DocumentStartEvent document) {
                if (seen) {
                    throw stop(at(root, event), "the file holds a second document", "Write it to a file of its own");
                }
                refuseDirectives(root, document);
                seen = true;
                tree = node(events, events.next(), root, 1);
            }
        }
        return tree;
    }

    private void refuseDirectives(Position root, DocumentStartEvent document) {
        if (document.getSpecVersion().isPresent() || !document.getTags().isEmpty()) {
            problems.add(at(root, document), "directives (%YAML, %TAG) are not allowed", "Remove the lines with %");
        }
    }

    private YamlNode node(Iterator<Event> events, Event event, Position parent, int depth) {
        Position position = at(parent, event);
        refuseAnchorAndTag(position, event);
        if (event instanceof ScalarEvent scalar) {
            return scalar(position, scalar);
        }
        if (depth > YamlReader.DEPTH_MAX) {
            throw stop(position, "values are nested deeper than " + YamlReader.DEPTH_MAX + " levels", "");
        }
        return switch (event.getEventId()) {
            case MappingStart -> mapping(events, position, depth);
            case SequenceStart -> sequence(events, position, depth);
            case Alias, Comment, DocumentEnd, DocumentStart, MappingEnd, Scalar, SequenceEnd, StreamEnd, StreamStart ->
                new YamlNode.Scalar(position, JsonNodeFactory.instance.nullNode());
        };
    }

    private YamlNode mapping(Iterator<Event> events, Position position, int depth) {
        Map<String, YamlNode.Member> members = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            String name = key(position, event);
            Position key = at(position.child(name), event);
            YamlNode.Member member = new YamlNode.Member(key, node(events, events.next(), key, depth + 1));
            YamlNode.Member earlier = members.putIfAbsent(name, member);
            if (earlier != null) {
                problems.add(
                        key,
                        "key '" + name + "' is repeated",
                        "It stands first in line " + earlier.key().line());
            }
        }
        return new YamlNode.Mapping(position, members);
    }

    private String key(Position mapping, Event event) {
        Position position = at(mapping, event);
        if (!(event instanceof ScalarEvent scalar)) {
            throw stop(position, "a key must be a word", "Write the key as plain text");
        }
        refuseAnchorAndTag(position, event);
        if (scalar.isPlain() && scalar.getValue().equals("<<")) {
            problems.add(position, "merge keys (<<) are not allowed", "Repeat the values");
        }
        return scalar.getValue();
    }

    private YamlNode sequence(Iterator<Event> events, Position position, int depth) {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(events, event, position.child(Integer.toString(items.size())), depth + 1));
        }
        return new YamlNode.Sequence(position, items);
    }

    private YamlNode scalar(Position position, ScalarEvent scalar) {
        if (!scalar.isPlain()) {
            return new YamlNode.Scalar(position, JsonNodeFactory.instance.stringNode(scalar.getValue()));
        }
        return switch (PlainScalar.of(scalar.getValue())) {
            case PlainScalar.Value(var value) -> new YamlNode.Scalar(position, value);
            case PlainScalar.Unclear(String message, String hint) -> {
                problems.add(position, message, hint);
                yield new YamlNode.Scalar(position, JsonNodeFactory.instance.stringNode(scalar.getValue()));
            }
        };
    }

    private void refuseAnchorAndTag(Position position, Event event) {
        if (event instanceof AliasEvent) {
            problems.add(position, "aliases (*name) are not allowed", "Repeat the value");
        } else if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            problems.add(position, "anchors (&name) are not allowed", "Remove the anchor");
        }
        if (tag(event).isPresent()) {
            problems.add(
                    position, "tags (!type) are not allowed", "Remove the tag; quote text that looks like a number");
        }
    }

    private static Optional<String> tag(Event event) {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getTag();
        }
        return event instanceof CollectionStartEvent collection ? collection.getTag() : Optional.empty();
    }

    private Stopped stop(Position position, String message, String hint) {
        problems.add(position, message, hint);
        return new Stopped();
    }

    private static Position at(Position parent, Event event) {
        return event.getStartMark()
                .map((Mark mark) -> parent.at(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(parent);
    }
}
