package dev.mcpgateway.samples.servers;

import java.util.List;
import java.util.Map;

/** What an agent can do with the shared folder. */
final class FilesTools {
    private final SharedFolder folder;

    FilesTools(SharedFolder folder) {
        this.folder = folder;
    }

    List<SdkTool> all() {
        return List.of(
                new SdkTool(
                        "list_files",
                        SdkTool.Effect.READS,
                        "Lists the names in a folder; an empty path is the shared folder itself.",
                        """
                        {"type": "object",
                         "properties": {"path": {"type": "string", "maxLength": 500}},
                         "required": ["path"], "additionalProperties": false}
                        """,
                        this::list),
                new SdkTool(
                        "read_file",
                        SdkTool.Effect.READS,
                        "Returns the text of a file.",
                        """
                        {"type": "object",
                         "properties": {"path": {"type": "string", "minLength": 1, "maxLength": 500}},
                         "required": ["path"], "additionalProperties": false}
                        """,
                        arguments -> folder.read(SdkTool.text(arguments, "path"))),
                new SdkTool(
                        "write_file",
                        SdkTool.Effect.DESTROYS,
                        "Creates a file or replaces its text.",
                        """
                        {"type": "object",
                         "properties": {
                           "path": {"type": "string", "minLength": 1, "maxLength": 500},
                           "text": {"type": "string", "maxLength": 100000}},
                         "required": ["path", "text"], "additionalProperties": false}
                        """,
                        this::write));
    }

    private String list(Map<String, Object> arguments) throws ToolFailed {
        List<String> names = folder.list(SdkTool.text(arguments, "path"));
        return names.isEmpty() ? "The folder is empty." : String.join("\n", names);
    }

    private String write(Map<String, Object> arguments) throws ToolFailed {
        String path = SdkTool.text(arguments, "path");
        folder.write(path, SdkTool.text(arguments, "text"));
        return "Wrote '" + path + "'.";
    }
}
