/**
 * Reads configuration written in YAML so strictly that what a reviewer sees is what the product obeys.
 *
 * <p>{@link dev.mcpgateway.policy.yaml.YamlReader} turns bytes into a tree of
 * {@link dev.mcpgateway.policy.yaml.YamlNode}s that know their line, column and JSON pointer.
 * {@link dev.mcpgateway.policy.yaml.YamlObject} and {@link dev.mcpgateway.policy.yaml.YamlValue} read typed values out
 * of the tree. Neither throws: every fault becomes a {@link dev.mcpgateway.policy.yaml.Problem}, and reading goes on,
 * so that an operator sees all problems of a file at once.
 *
 * <p>The accepted language is the JSON data model in YAML 1.2 clothes. Refused, each with line and column: anchors,
 * aliases, tags, merge keys, directives, repeated keys, keys that are not plain words, a second document, more than
 * {@value dev.mcpgateway.policy.yaml.YamlReader#DEPTH_MAX} levels, more than
 * {@value dev.mcpgateway.policy.yaml.YamlReader#BYTES_MAX} bytes, a byte order mark, bytes that are not UTF-8, numbers
 * that are not finite, and plain words that the core schema of YAML 1.2 takes for something else than text or YAML 1.1
 * for a number ({@code ~}, {@code True}, {@code 010}, {@code 0x1F}, {@code 1_000}, {@code +5}, {@code .5}, {@code 1:30},
 * …). {@code yes}, {@code no}, {@code on} and {@code off} are text.
 */
package dev.mcpgateway.policy.yaml;
