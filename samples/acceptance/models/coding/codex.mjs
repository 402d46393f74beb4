import { installed } from './program.mjs';

/** OpenAI's `codex`; what its user would write to `config.toml` stands on its command line. */
export const codex = {
  name: 'codex',
  models: ['at-openai', 'at-anthropic'],

  command({ origin, key, home, model, prompt }) {
    const provider = `{ name = "gateway", base_url = "${origin}/openai/v1", env_key = "GATEWAY_KEY", wire_api = "responses" }`;
    return {
      program: installed('codex', 'vendor/*/bin/codex'),
      args: [
        ...['exec', '--skip-git-repo-check', '--model', model],
        ...['-c', 'model_provider="gateway"', '-c', `model_providers.gateway=${provider}`],
        ...['-c', 'check_for_update_on_startup=false', '-c', 'analytics.enabled=false'],
        prompt,
      ],
      env: { GATEWAY_KEY: key, CODEX_HOME: home },
    };
  },
};
