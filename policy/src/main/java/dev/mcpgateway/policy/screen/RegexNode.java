package dev.mcpgateway.policy.screen;

import java.util.List;

/** A regular expression of the subset that rules may use, as a tree. */
sealed interface RegexNode {

    /** Longest text it can match, in characters. */
    int maxLength();

    /** One literal character; a blank stands for a blank or a line break. */
    record Literal(char c) implements RegexNode {
        @Override
        public int maxLength() {
            return 1;
        }
    }

    /** One character of a class. */
    record OneOf(String source) implements RegexNode {
        @Override
        public int maxLength() {
            return 1;
        }
    }

    /** A place between characters. */
    record Anchor(String source) implements RegexNode {
        @Override
        public int maxLength() {
            return 0;
        }
    }

    /** One after the other. */
    record Sequence(List<RegexNode> parts) implements RegexNode {
        @Override
        public int maxLength() {
            return parts.stream().mapToInt(RegexNode::maxLength).sum();
        }
    }

    /** One of several. */
    record Choice(List<RegexNode> branches) implements RegexNode {
        @Override
        public int maxLength() {
            return branches.stream().mapToInt(RegexNode::maxLength).max().orElse(0);
        }
    }

    /** Several times. */
    record Repeat(RegexNode part, int min, int max) implements RegexNode {
        @Override
        public int maxLength() {
            return part.maxLength() * max;
        }
    }
}
