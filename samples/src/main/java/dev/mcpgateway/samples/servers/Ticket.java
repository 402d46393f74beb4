package dev.mcpgateway.samples.servers;

import java.util.Locale;

/**
 * What a customer wrote to the support.
 *
 * @param id {@code T-} and four digits
 * @param customerId who wrote it
 * @param text the message, as it came in
 */
record Ticket(String id, String customerId, String text) {
    boolean mentions(String lowerCaseQuery) {
        return text.toLowerCase(Locale.ROOT).contains(lowerCaseQuery);
    }
}
