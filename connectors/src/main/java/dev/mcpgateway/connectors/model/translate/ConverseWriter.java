package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request for Bedrock's Converse, which takes the models of many makers; model and stream are said by the URL there.
 * Shapes are those of AWS's client ({@code @aws-sdk/client-bedrock-runtime} 3.1162.0: {@code ConverseRequest}).
 */
final class ConverseWriter {
    /** Longer ids of calls the protocol refuses. */
    private static final int ID_CHARS_MAX = 64;

    private final Ask ask;
    private final Target target;
    private final Losses losses;
    private final JsonOut out = new JsonOut();
    private int documents;

    private ConverseWriter(Ask ask, Target target, Losses losses) {
        this.ask = ask;
        this.target = target;
        this.losses = losses;
    }

    static byte[] write(Ask ask, Target target, Losses losses) {
        return new ConverseWriter(ask, target, losses).write();
    }

    private byte[] write() {
        out.open();
        system();
        out.openList("messages");
        List<Turn> turns = turns();
        turns.forEach(this::turn);
        out.closeList();
        new ConverseTools(ask, target, losses, out)
                .write(turns.stream()
                        .flatMap(turn -> turn.blocks().stream())
                        .filter(block -> block instanceof Block.Call || block instanceof Block.Result)
                        .findFirst());
        new ConverseSettings(ask, target, losses, out).write();
        return out.close().toBytes();
    }

    private void system() {
        List<Block.Text> texts = ask.textInstructions(losses);
        texts.removeIf(losses::dropsBlank);
        if (texts.isEmpty()) {
            return;
        }
        out.openList("system");
        texts.forEach(this::text);
        out.closeList();
    }

    /** The protocol wants speakers to take turns, and the user to begin. */
    private List<Turn> turns() {
        Turns turns = new Turns();
        for (Turn turn : ask.turns()) {
            if (turn.role() == Turn.Role.SYSTEM) {
                continue;
            }
            List<Block> blocks = new ArrayList<>(turn.blocks());
            blocks.removeIf(block -> losses.dropsBlank(block) || isForeign(block));
            if (blocks.isEmpty()) {
                losses.tell(turn.blocks().getFirst().where(), "an empty message; dropped");
            } else {
                turns.join(turn.role(), blocks);
            }
        }
        List<Turn> all = turns.toList();
        if (all.isEmpty() || all.getFirst().role() != Turn.Role.USER) {
            throw ask.turns()
                    .getFirst()
                    .blocks()
                    .getFirst()
                    .where()
                    .unfit("a conversation begins with what a user says there");
        }
        return all;
    }

    private boolean isForeign(Block block) {
        if (!(block instanceof Block.Sealed(Node where, Seal seal))) {
            return false;
        }
        boolean own = seal.owner().equals(target.owner())
                && (seal.kind() == Seal.Kind.REDACTED
                        || (seal.kind() == Seal.Kind.THINKING && !seal.state().isEmpty()));
        if (!own) {
            losses.tell(where, "reasoning state of another provider; not sent");
        }
        return !own;
    }

    private void turn(Turn turn) {
        boolean isUsers = turn.role() == Turn.Role.USER;
        List<Block> behind = new ArrayList<>();
        out.open().text("role", isUsers ? "user" : "assistant").openList("content");
        for (Block block : turn.blocks()) {
            if (block instanceof Block.Result result) {
                behind.addAll(result(result));
            }
        }
        turn.blocks().stream().filter(block -> !(block instanceof Block.Result)).forEach(this::block);
        behind.forEach(this::block);
        out.closeList().close();
    }

    private void block(Block block) {
        switch (block) {
            case Block.Text text -> text(text);
            case Block.Media media -> {
                media(media);
                cachePoint(media.cache());
            }
            case Block.Call call -> {
                out.open().open("toolUse").text("toolUseId", id(call.id())).text("name", call.name());
                out.raw("input", call.arguments()).close().close();
                cachePoint(call.cache());
            }
            case Block.Sealed sealed -> sealed(sealed.seal());
            case Block.Result result -> throw result.where().unfit("not in such a message");
        }
    }

    private static String id(String id) {
        return CallIds.within(ID_CHARS_MAX, CallIds.plain(id));
    }

    private void text(Block.Text text) {
        out.open().text("text", text.text()).close();
        cachePoint(text.cache());
    }

    private void sealed(Seal seal) {
        out.open().open("reasoningContent");
        if (seal.kind() == Seal.Kind.REDACTED) {
            out.text("redactedContent", seal.state());
        } else {
            out.open("reasoningText")
                    .text("text", seal.text())
                    .text("signature", seal.state())
                    .close();
        }
        out.close().close();
    }

    /** Writes what a result can hold and gives back what it cannot. */
    private List<Block> result(Block.Result result) {
        boolean isRich = target.has(Feature.RICH_RESULTS);
        List<Block> behind = new ArrayList<>();
        boolean empty = true;
        out.open().open("toolResult").text("toolUseId", id(result.id())).openList("content");
        if (result.error() && !isRich) {
            losses.tell(result.where(), "the target has no error flag; labelled in the text");
            out.open().text("text", "[the tool failed]").close();
            empty = false;
        }
        for (Block block : result.content()) {
            if (block instanceof Block.Media media) {
                if (isRich) {
                    media(media);
                    unmarked(media.cache());
                    empty = false;
                } else {
                    losses.tell(media.where(), "results of tools hold text only; moved behind them");
                    behind.add(media);
                }
            } else if (block instanceof Block.Text text && !losses.dropsBlank(text)) {
                out.open().text("text", text.text()).close();
                unmarked(text.cache());
                empty = false;
            }
        }
        if (empty) {
            // blanks are refused there
            losses.tell(result.where(), "a result that says nothing; labelled as such");
            out.open().text("text", "[no output]").close();
        }
        out.closeList();
        if (result.error() && isRich) {
            out.text("status", "error");
        }
        out.close().close();
        cachePoint(result.cache());
        return behind;
    }

    private void media(Block.Media media) {
        if (!media.detail().isEmpty() && !media.detail().equals("auto")) {
            losses.tell(media.where(), "detail of a picture; dropped");
        }
        if (media.data().isEmpty()) {
            throw media.where().unfit("media by URL cannot be given there, and the gateway fetches none");
        }
        String format = format(media);
        if (media.isImage()) {
            out.open().open("image").text("format", format);
        } else {
            if (!media.name().isEmpty()) {
                losses.tell(media.where(), "name of a document; dropped");
            }
            // a name is needed, of few kinds of characters, and the model may take it for instructions
            out.open().open("document").text("format", format).text("name", "document-" + ++documents);
        }
        out.open("source").text("bytes", media.data()).close().close().close();
    }

    private static String format(Block.Media media) {
        return switch (media.type()) {
            case "image/png" -> "png";
            case "image/jpeg" -> "jpeg";
            case "image/gif" -> "gif";
            case "image/webp" -> "webp";
            case "application/pdf" -> "pdf";
            default -> throw media.where().unfit("no kind of picture or document that can be given there");
        };
    }

    private void cachePoint(@Nullable Node cache) {
        CachePoints.write(out, cache, target.has(Feature.CACHE_POINTS), losses);
    }

    /** Inside of results there are no marks. */
    private void unmarked(@Nullable Node cache) {
        CachePoints.write(out, cache, false, losses);
    }
}
