/**
 * HTTP on loopback, as all samples need it: Jetty with strict parsing and virtual threads, bounded bodies, JSON errors,
 * and a check of {@code Host} and {@code Origin} against DNS rebinding.
 */
package dev.mcpgateway.samples.loopback;
