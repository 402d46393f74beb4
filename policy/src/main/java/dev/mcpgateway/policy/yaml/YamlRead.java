package dev.mcpgateway.policy.yaml;

import java.util.List;

/** What {@link YamlReader#read} found: a tree, or what is wrong with the file. */
public sealed interface YamlRead {

    /** The file keeps to the accepted language; {@code root} is its only document. */
    record Tree(YamlNode root) implements YamlRead {}

    /** The file is refused as a whole; at least one problem. */
    record Refused(List<Problem> problems) implements YamlRead {

        /** Copies {@code problems}. */
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
