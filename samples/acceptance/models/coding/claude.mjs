import { installed } from './program.mjs';

/** Anthropic's `claude`, as its user sets it up for a gateway: by environment. */
export const claude = {
  name: 'claude',
  program: () => installed('@anthropic-ai/claude-code', 'claude'),
  models: ['at-anthropic', 'at-openai'],
  notThere: /issue with the selected model \(hidden\)/,
  tool: { name: 'Read', input: (file) => ({ file_path: file }) },

  command({ origin, key, home, model, prompt }) {
    return {
      args: ['-p', prompt, '--model', model],
      env: {
        ANTHROPIC_BASE_URL: `${origin}/anthropic`,
        ANTHROPIC_AUTH_TOKEN: key,
        // what it asks beside the conversation goes to the same model, and nothing to its maker
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        // its list of models is the gateway's
        CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
        CLAUDE_CONFIG_DIR: home,
      },
    };
  },
};
