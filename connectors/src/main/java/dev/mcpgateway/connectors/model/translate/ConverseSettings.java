package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.BedrockApi;

/** Writes the settings of a request for Converse. */
final class ConverseSettings {
    private final Ask ask;
    private final Target target;
    private final Losses losses;
    private final JsonOut out;

    ConverseSettings(Ask ask, Target target, Losses losses, JsonOut out) {
        this.ask = ask;
        this.target = target;
        this.losses = losses;
        this.out = out;
    }

    void write() {
        inference();
        topK();
        output();
        ask.extras().entrySet().forEach(extra -> Extras.drop(extra, losses));
    }

    private void inference() {
        boolean isSaid = ask.maxTokens() != null
                || ask.temperature() != null
                || ask.topP() != null
                || !ask.stops().isEmpty();
        if (!isSaid) {
            return;
        }
        out.open("inferenceConfig");
        if (ask.maxTokens() != null) {
            out.raw("maxTokens", ask.maxTokens().raw());
        }
        String temperature = ask.temperatureUpToOne(losses);
        if (temperature != null) {
            out.raw("temperature", temperature);
        }
        if (ask.topP() != null) {
            out.raw("topP", ask.topP().number());
        }
        if (!ask.stops().isEmpty()) {
            out.openList("stopSequences");
            ask.stops().forEach(stop -> out.text(stop.text()));
            out.closeList();
        }
        out.close();
    }

    /** The only setting of a sampler that makers name in their own ways and agents ask for. */
    private void topK() {
        Node topK = ask.topK();
        if (topK == null) {
            return;
        }
        String maker = BedrockApi.maker(target.model()).orElse("");
        if (maker.equals("anthropic")) {
            out.open("additionalModelRequestFields").raw("top_k", topK.number()).close();
        } else if (maker.equals("amazon") && target.model().contains("nova")) {
            out.open("additionalModelRequestFields").open("inferenceConfig");
            out.raw("topK", topK.number()).close().close();
        } else {
            losses.lose(topK, "unknown to the target");
        }
    }

    private void output() {
        String effort = effort();
        Format format = ask.format();
        if (effort.isEmpty() && format == null) {
            return;
        }
        out.open("outputConfig");
        if (format != null) {
            format(format);
        }
        if (!effort.isEmpty()) {
            out.text("effort", effort);
        }
        out.close();
    }

    private String effort() {
        ask.reasoning().loseWish(losses);
        Node where = ask.reasoning().where();
        if (where == null) {
            return "";
        }
        String effort = ask.reasoning().nearestEffort(where, losses);
        if (effort.isEmpty()) {
            losses.tell(where, "left to the target's own default");
        } else if (!target.has(Feature.OUTPUT_EFFORT) || effort.equals("none")) {
            losses.lose(where, "the target cannot be told how much to think");
            return "";
        } else if (effort.equals("minimal")) {
            losses.tell(where, "minimal effort; set to low");
            return "low";
        }
        return effort;
    }

    private void format(Format format) {
        Node schema = format.strictSchema(losses);
        if (!target.has(Feature.STRUCTURED_OUTPUT)) {
            throw format.where().unfit("the target does not promise a schema");
        }
        out.open("textFormat").text("type", "json_schema").open("structure").open("jsonSchema");
        // the schema is a text there
        out.text("schema", schema.object());
        if (!format.name().isEmpty()) {
            out.text("name", format.name());
        }
        if (format.description() != null) {
            out.text("description", format.description().text());
        }
        out.close().close().close();
    }
}
