package dev.mcpgateway.policy.screen;

/** Characters that show nothing: zero-width, joining, direction and filler characters. */
final class Invisible {

    private Invisible() {}

    static boolean is(int codePoint) {
        return switch (codePoint) {
            case 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0 -> true;
            default ->
                (codePoint >= 0x200B && codePoint <= 0x200F)
                        || (codePoint >= 0x202A && codePoint <= 0x202E)
                        || (codePoint >= 0x2060 && codePoint <= 0x206F)
                        || (codePoint >= 0x180B && codePoint <= 0x180D)
                        || (codePoint >= 0xFFF9 && codePoint <= 0xFFFB)
                        || (codePoint >= 0x1D173 && codePoint <= 0x1D17A);
        };
    }
}
