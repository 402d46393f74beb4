package dev.mcpgateway.gateway.model.money;

import java.time.LocalDate;

/**
 * To whom usage is put down. What is not known is empty.
 *
 * @param day day of the call (UTC)
 * @param key id of the virtual key
 * @param user issuer and user, as {@code issuer/user}
 * @param team value of the claim that names teams
 * @param tenant whose user it is
 * @param model what the agent named
 */
public record Payer(LocalDate day, String key, String user, String team, String tenant, String model) {}
