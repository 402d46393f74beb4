import { installed } from './program.mjs';

/** OpenAI's `codex`; what its user would write to `config.toml` stands on its command line. */
export const codex = {
  name: 'codex',
  program: () => installed('codex', 'vendor/*/bin/codex'),
  models: ['at-openai', 'at-anthropic'],
  notThere: /The model does not exist or is not yours to use/,
  tool: { name: 'exec_command', input: (file) => ({ cmd: `cat ${file}` }) },

  command({ origin, key, home, model, prompt }) {
    const provider = `{ name = "gateway", base_url = "${origin}/openai/v1", env_key = "GATEWAY_KEY", wire_api = "responses" }`;
    // tools that only OpenAI's own API has cannot be translated
    const elsewhere = model === 'at-openai' ? [] : ['-c', 'web_search="disabled"', '-c', 'features.multi_agent=false'];
    return {
      args: [
        ...['exec', '--skip-git-repo-check', '--model', model],
        ...['-c', 'model_provider="gateway"', '-c', `model_providers.gateway=${provider}`],
        ...['-c', 'check_for_update_on_startup=false', '-c', 'analytics.enabled=false'],
        ...elsewhere,
        prompt,
      ],
      env: { GATEWAY_KEY: key, CODEX_HOME: home },
    };
  },
};
