/**
 * How every sample starts: {@code --name value} arguments, one {@code READY} line on standard output, an orderly end
 * on SIGTERM, exit code 2 for a wrong command line and 1 for a failed start.
 */
package dev.mcpgateway.samples.launch;
