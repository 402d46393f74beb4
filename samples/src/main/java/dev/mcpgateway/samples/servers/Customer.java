package dev.mcpgateway.samples.servers;

import java.util.ArrayList;
import java.util.List;

/**
 * A customer of the sample company.
 *
 * @param id {@code C-} and four digits
 * @param plan what the customer pays for
 * @param notes what colleagues wrote, oldest first
 */
record Customer(String id, String name, String email, String plan, List<String> notes) {
    Customer {
        notes = List.copyOf(notes);
    }

    Customer withNote(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Customer(id, name, email, plan, more);
    }
}
