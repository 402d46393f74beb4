package dev.mcpgateway.policy.screen;

/** A view as the regular expressions see it: every character they look at is taken from the budget. */
final class WindowText implements CharSequence {

    private final char[] chars;
    private final int length;
    private final WorkBudget budget;

    WindowText(View view, WorkBudget budget) {
        this.chars = view.chars();
        this.length = view.length();
        this.budget = budget;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int index) {
        budget.spend(1);
        return chars[index];
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new String(chars, start, end - start);
    }

    @Override
    public String toString() {
        return new String(chars, 0, length);
    }
}
