package dev.mcpgateway.connectors.model.translate;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Pictures and documents as chat completions and Responses write them: data URLs and others. */
final class MediaUrl {
    private static final Pattern DATA = Pattern.compile("data:([a-zA-Z0-9.+-]{1,60}/[a-zA-Z0-9.+-]{1,60});base64,");
    private static final String PDF = "application/pdf";
    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private MediaUrl() {}

    /** A picture from its URL. */
    static Block.Media image(Node where, Node url, String detail, @Nullable Node cache) {
        String text = url.text();
        if (!isData(text)) {
            if (!text.startsWith("https://") && !text.startsWith("http://")) {
                throw url.unfit("not a data, http or https URL");
            }
            return new Block.Media(where, "image/*", "", text, "", detail, cache);
        }
        Block.Media media = data(where, url, "", detail, cache);
        if (!IMAGES.contains(media.type())) {
            throw url.unfit("not a JPEG, PNG, GIF or WebP picture");
        }
        return media;
    }

    /** A document from its data URL. */
    static Block.Media document(Node where, Node url, String name, @Nullable Node cache) {
        if (!isData(url.text())) {
            throw url.unfit("not a data URL");
        }
        Block.Media media = data(where, url, name, "", cache);
        if (!media.type().equals(PDF)) {
            throw url.unfit("not a PDF document");
        }
        return media;
    }

    private static boolean isData(String url) {
        return url.regionMatches(true, 0, "data:", 0, 5);
    }

    private static Block.Media data(Node where, Node url, String name, String detail, @Nullable Node cache) {
        String text = url.text();
        Matcher head = DATA.matcher(text);
        if (!head.lookingAt()) {
            throw url.unfit("not a Base64 data URL");
        }
        String type = head.group(1).toLowerCase(Locale.ROOT);
        return new Block.Media(
                where,
                type.equals("image/jpg") ? "image/jpeg" : type,
                text.substring(head.end()),
                "",
                name,
                detail,
                cache);
    }

    static String of(Block.Media media) {
        return media.data().isEmpty() ? media.url() : "data:" + media.type() + ";base64," + media.data();
    }
}
