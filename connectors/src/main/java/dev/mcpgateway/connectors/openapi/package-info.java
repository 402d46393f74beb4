/**
 * HTTP APIs as tools: an OpenAPI 3.0 or 3.1 description is read once, each of its operations becomes the definition of a
 * tool, and a call of that tool becomes one HTTP request in which no argument can leave the place that the description
 * gives it.
 *
 * <p>Start at {@link dev.mcpgateway.connectors.openapi.OpenApiUpstream}. The way in is {@code Description} (the file),
 * {@code Operations} (its tools), {@code SchemaWriter} (their schemas); the way out is {@code RequestBuilder} (arguments to
 * a request) and {@code ResultWriter} (the answer to a result).
 */
package dev.mcpgateway.connectors.openapi;
