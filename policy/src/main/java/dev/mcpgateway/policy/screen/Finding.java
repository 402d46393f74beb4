package dev.mcpgateway.policy.screen;

/**
 * One match of one rule.
 *
 * @param rule id of the rule; ids are never used again for another rule
 * @param revision revision of the rule
 * @param family {@link #INJECTION}, {@link #HIDDEN}, {@link #LIST} or {@link #ENGINE}
 * @param weight how much the rule says, from 0 to 1
 * @param place where the segment stands
 * @param pointer JSON pointer of the segment
 * @param start first matched character of the segment's decoded text
 * @param end character after the last matched one
 * @param view how the match was seen: {@link #TEXT}, {@link #CONCEALED} or {@link #JOINED}
 */
public record Finding(
        String rule,
        int revision,
        String family,
        double weight,
        Place place,
        String pointer,
        int start,
        int end,
        String view) {

    /** Family of orders to the model. */
    public static final String INJECTION = "injection";

    /** Family of text that a person would not see. */
    public static final String HIDDEN = "hidden";

    /** Family of texts that the operator does not want. */
    public static final String LIST = "list";

    /** Family of findings about the screening itself. */
    public static final String ENGINE = "engine";

    /** Rule of the finding that the work limit was reached, so that the text has no verdict. */
    public static final String BUDGET_RULE = "ENG-BUDGET";

    /** View: visible text of one segment. */
    public static final String TEXT = "text";

    /** View: text that a person would not see. */
    public static final String CONCEALED = "hidden";

    /** View: one match over several segments; each of them has a finding of its part. */
    public static final String JOINED = "joined";
}
