/** How often a caller may use one thing, and how much one upstream or provider gets at once. */
package dev.mcpgateway.gateway.admission;
