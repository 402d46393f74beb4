package dev.mcpgateway.samples.servers;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an agent can do with the CRM. */
final class CrmTools {
    private final Crm crm;

    CrmTools(Crm crm) {
        this.crm = crm;
    }

    List<SdkTool> all() {
        return List.of(
                new SdkTool(
                        "get_customer",
                        SdkTool.Effect.READS,
                        "Returns name, address, plan and notes of one customer.",
                        """
                        {"type": "object",
                         "properties": {"customer_id": {"type": "string", "pattern": "^C-[0-9]{4}$"}},
                         "required": ["customer_id"], "additionalProperties": false}
                        """,
                        this::getCustomer),
                new SdkTool(
                        "add_note",
                        SdkTool.Effect.WRITES,
                        "Adds a note to a customer for colleagues to read.",
                        """
                        {"type": "object",
                         "properties": {
                           "customer_id": {"type": "string", "pattern": "^C-[0-9]{4}$"},
                           "text": {"type": "string", "minLength": 1, "maxLength": 500}},
                         "required": ["customer_id", "text"], "additionalProperties": false}
                        """,
                        this::addNote),
                new SdkTool(
                        "delete_customer",
                        SdkTool.Effect.DESTROYS,
                        "Deletes a customer and all its notes. There is no undo.",
                        """
                        {"type": "object",
                         "properties": {"customer_id": {"type": "string", "pattern": "^C-[0-9]{4}$"}},
                         "required": ["customer_id"], "additionalProperties": false}
                        """,
                        this::deleteCustomer),
                new SdkTool(
                        "search_tickets",
                        SdkTool.Effect.READS,
                        "Finds support tickets by a word in their text.",
                        """
                        {"type": "object",
                         "properties": {"query": {"type": "string", "minLength": 2, "maxLength": 100}},
                         "required": ["query"], "additionalProperties": false}
                        """,
                        this::searchTickets));
    }

    private String getCustomer(Map<String, Object> arguments) throws ToolFailed {
        String id = SdkTool.text(arguments, "customer_id");
        Customer customer = crm.customer(id).orElseThrow(() -> new ToolFailed("There is no customer " + id + "."));
        return customer.name() + " (" + customer.id() + "), " + customer.email() + ", plan " + customer.plan()
                + ". Notes: " + (customer.notes().isEmpty() ? "none" : String.join(" / ", customer.notes()));
    }

    private String addNote(Map<String, Object> arguments) throws ToolFailed {
        Customer customer = crm.addNote(SdkTool.text(arguments, "customer_id"), SdkTool.text(arguments, "text"));
        return "Customer " + customer.id() + " has " + customer.notes().size() + " note(s) now.";
    }

    private String deleteCustomer(Map<String, Object> arguments) throws ToolFailed {
        String id = SdkTool.text(arguments, "customer_id");
        if (!crm.delete(id)) {
            throw new ToolFailed("There is no customer " + id + ".");
        }
        return "Customer " + id + " is deleted.";
    }

    private String searchTickets(Map<String, Object> arguments) {
        List<Ticket> found = crm.search(SdkTool.text(arguments, "query"));
        if (found.isEmpty()) {
            return "No ticket mentions this.";
        }
        return found.stream()
                .map(ticket -> ticket.id() + " from " + ticket.customerId() + ":\n" + ticket.text())
                .collect(Collectors.joining("\n\n"));
    }
}
