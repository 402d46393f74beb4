import { installed } from './program.mjs';

/** Anthropic's `claude`, as a user sets it up for a gateway: by environment. */
export const claude = {
  name: 'claude',
  models: ['at-anthropic', 'at-openai'],

  command({ origin, key, home, model, prompt }) {
    return {
      program: installed('@anthropic-ai/claude-code', 'claude'),
      args: ['-p', prompt, '--model', model],
      env: {
        ANTHROPIC_BASE_URL: `${origin}/anthropic`,
        ANTHROPIC_AUTH_TOKEN: key,
        // what it asks beside the conversation goes to the same model, and nothing goes to its maker
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        CLAUDE_CONFIG_DIR: home,
      },
    };
  },
};
