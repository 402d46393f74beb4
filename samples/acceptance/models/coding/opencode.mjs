import { installed } from './program.mjs';

/** `opencode`, with the gateway as a provider of its own in `opencode.json`. */
export const opencode = {
  name: 'opencode',
  program: () => installed('opencode', 'bin/opencode'),
  models: ['at-openai', 'at-anthropic'],
  notThere: /The model does not exist or is not yours to use/,
  tool: { name: 'read', input: (file) => ({ filePath: file }) },

  command({ origin, key, home, model, prompt }) {
    const provider = {
      npm: '@ai-sdk/openai-compatible',
      name: 'gateway',
      options: { baseURL: `${origin}/openai/v1`, apiKey: '{env:GATEWAY_KEY}' },
      models: { [model]: {} },
    };
    return {
      args: ['run', '--model', `gateway/${model}`, prompt],
      env: {
        GATEWAY_KEY: key,
        OPENCODE_CONFIG_CONTENT: JSON.stringify({
          provider: { gateway: provider },
          small_model: `gateway/${model}`,
          autoupdate: false,
          share: 'disabled',
        }),
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
        OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
        XDG_DATA_HOME: home,
        XDG_CONFIG_HOME: home,
        XDG_STATE_HOME: home,
        XDG_CACHE_HOME: home,
      },
    };
  },
};
