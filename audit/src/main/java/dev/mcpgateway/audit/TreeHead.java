package dev.mcpgateway.audit;

/**
 * Size and root of the tree at one moment: what a checkpoint signs.
 *
 * @param size number of records
 * @param root root hash, base64
 */
record TreeHead(long size, String root) {}
