// Which protocol of agents is tried at which provider, and how those providers are configured.

/** The providers: how `gateway.yaml` names each, and a model that it has. `path` is where its API begins. */
export const TARGETS = {
  openai: { kind: 'openai', path: '/v1', model: 'gpt-4o-mini', credential: secret('OPENAI_KEY') },
  anthropic: { kind: 'anthropic', path: '/v1', model: 'claude-sonnet-4-5', credential: secret('ANTHROPIC_KEY'), betas: ['*'] },
  gemini: { kind: 'gemini', path: '/v1beta', model: 'gemini-2.5-flash', credential: secret('GEMINI_KEY') },
  bedrock: {
    kind: 'bedrock',
    path: '',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    credential: {
      aws: { region: 'eu-central-1', access_key_id: { env: 'AWS_KEY_ID' }, secret_access_key: { env: 'AWS_KEY' } },
    },
  },
  // asked over Converse, as its model is none of Anthropic's
  'bedrock-converse': {
    kind: 'bedrock',
    path: '',
    model: 'amazon.nova-pro-v1:0',
    credential: {
      aws: { region: 'eu-central-1', access_key_id: { env: 'AWS_KEY_ID' }, secret_access_key: { env: 'AWS_KEY' } },
    },
  },
  local: { kind: 'openai_compatible', path: '/v1', model: 'llama3.1:8b', credential: 'none' },
};

/** The cells: the providers that each protocol is tried at. A provider that stands nowhere is not configured. */
export const CELLS = {
  chat: ['openai', 'anthropic', 'gemini', 'bedrock', 'bedrock-converse', 'local'],
  responses: ['openai', 'anthropic', 'gemini', 'bedrock', 'bedrock-converse', 'local'],
  messages: ['openai', 'anthropic', 'gemini', 'bedrock', 'bedrock-converse', 'local'],
  gemini: ['gemini'],
};

/** Where the provider's own protocol is that of the agent, so that its words are the agent's to read. */
export const NATIVE = {
  chat: ['openai', 'local'],
  responses: ['openai'],
  messages: ['anthropic', 'bedrock'],
  gemini: ['gemini'],
};

/** What the gateway is given in its environment and nobody else: no agent, no log. */
export const SECRETS = {
  OPENAI_KEY: 'sk-provider-openai',
  ANTHROPIC_KEY: 'sk-ant-provider',
  GEMINI_KEY: 'AIza-provider-gemini',
  AWS_KEY_ID: 'AKIDPROVIDER',
  AWS_KEY: 'aws-provider-secret',
};

/** The alias at a provider. */
export const alias = (target) => `at-${target}`;

/** The alias at a provider for one protocol alone, so that the ledger has a row for each cell. */
export const aliasOf = (protocol, target) => `${protocol}-${alias(target)}`;

/** The sections `providers` and `aliases`; JSON is YAML. */
export function configuration(url) {
  const names = [...new Set(Object.values(CELLS).flat())];
  const providers = names.map((name) => {
    const { kind, path, credential, betas = [] } = TARGETS[name];
    return [name, { kind, base_url: `${url}${path}`, credential, betas }];
  });
  const at = (name) => ({ targets: [{ provider: name, model: TARGETS[name].model }] });
  const aliases = names.map((name) => [alias(name), at(name)]);
  for (const [protocol, targets] of Object.entries(CELLS)) {
    aliases.push(...targets.map((name) => [aliasOf(protocol, name), at(name)]));
  }
  return {
    PROVIDERS: JSON.stringify(Object.fromEntries(providers)),
    ALIASES: JSON.stringify(Object.fromEntries(aliases)).slice(1, -1),
  };
}

function secret(name) {
  return { static: { secret: { env: name } } };
}
