package dev.mcpgateway.gateway.mcp;

/**
 * Whose everything with a URI is in one view.
 *
 * @param resources owners of listed resources
 * @param templates owners of templates, by their text
 * @param apps owners of the {@code ui://} resources that tools name
 */
record UriOwnership(UriOwners resources, UriOwners templates, UriOwners apps) {
    /** Before the first catalogue. */
    static final UriOwnership NONE = new UriOwnership(UriOwners.NONE, UriOwners.NONE, UriOwners.NONE);
}
