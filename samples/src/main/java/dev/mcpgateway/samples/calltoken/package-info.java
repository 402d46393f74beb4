/**
 * For authors of servers behind the gateway: checks the call token that comes with each request (credential:
 * {@code call_token}) and that it belongs to exactly this request. Needs the JDK and Jackson; {@link
 * dev.mcpgateway.samples.calltoken.CallTokenFilter} adds the servlet API, {@link
 * dev.mcpgateway.samples.calltoken.CallTokenHandler} Jetty. Take the one you need and leave the other.
 */
package dev.mcpgateway.samples.calltoken;
