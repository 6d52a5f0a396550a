/**
 * Where the agent sends its requests: a table of providers, in the order in which the agent looks at their switches
 * (2.1.197, 2.1.263, 2.1.332). Where the address cannot be known, that is said, rather than guessed: the tunnel sees
 * where a conversation goes.
 */
import type { Variables } from '../../contract/invocation.ts';
import type { ApiAddress } from '../../contract/launch.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { awsRegion } from './aws-region.ts';

interface Provider {
  /** Switches that are all on; none for the vendor's own API. */
  readonly switches: readonly string[];
  /** The variable with an address of the person's; null: none settles it. */
  readonly baseUrl: string | null;
  /** The host without such an address; null: it cannot be known. */
  host(env: Variables, version: AgentVersion | null): string | null;
}

/** The vendor's API, whose streams contain pings (its documentation of streaming). */
export const vendorHost = 'api.anthropic.com';

const providers: readonly Provider[] = [
  // The model decides which of the two is asked.
  { switches: ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_MANTLE'], baseUrl: null, host: () => null },
  {
    switches: ['CLAUDE_CODE_USE_BEDROCK'],
    baseUrl: 'ANTHROPIC_BEDROCK_BASE_URL',
    host: (...from) => `bedrock-runtime.${awsRegion(...from)}.amazonaws.com`,
  },
  {
    switches: ['CLAUDE_CODE_USE_FOUNDRY'],
    baseUrl: 'ANTHROPIC_FOUNDRY_BASE_URL',
    host: ({ ANTHROPIC_FOUNDRY_RESOURCE: resource }) =>
      resource ? `${resource}.services.ai.azure.com` : null,
  },
  {
    switches: ['CLAUDE_CODE_USE_ANTHROPIC_AWS'],
    baseUrl: 'ANTHROPIC_AWS_BASE_URL',
    host: (...from) => `aws-external-anthropic.${awsRegion(...from)}.api.aws`,
  },
  {
    switches: ['CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD'],
    baseUrl: 'ANTHROPIC_GOOGLE_CLOUD_BASE_URL',
    host: () => 'claude.googleapis.com',
  },
  {
    switches: ['CLAUDE_CODE_USE_MANTLE'],
    baseUrl: 'ANTHROPIC_BEDROCK_MANTLE_BASE_URL',
    host: (...from) => `bedrock-mantle.${awsRegion(...from)}.api.aws`,
  },
  { switches: ['CLAUDE_CODE_USE_VERTEX'], baseUrl: 'ANTHROPIC_VERTEX_BASE_URL', host: vertexHost },
  { switches: [], baseUrl: 'ANTHROPIC_BASE_URL', host: () => vendorHost },
];

/** A region, several of a continent, or all. Where some models have another region, the model decides. */
function vertexHost(env: Variables): string | null {
  const region = env.CLOUD_ML_REGION?.trim() || 'us-east5';
  const ofModels = Object.entries(env).filter(([name]) => name.startsWith('VERTEX_REGION_CLAUDE_'));
  if (ofModels.some(([, value]) => value?.trim() && value.trim() !== region)) return null;
  if (region === 'global') return 'aiplatform.googleapis.com';
  const isContinent = region === 'us' || region === 'eu';
  return isContinent ? `aiplatform.${region}.rep.googleapis.com` : `${region}-aiplatform.googleapis.com`;
}

/** The address of the API according to the variables in force; null: they do not say it. */
export function apiAddress(env: Variables, version: AgentVersion | null): ApiAddress | null {
  const isOn = (name: string) => /^(1|true|yes|on)$/i.test(env[name] ?? '');
  const provider = providers.find(({ switches }) => switches.every(isOn));
  if (provider === undefined) return null;
  const given = provider.baseUrl === null ? undefined : env[provider.baseUrl];
  return given ? parse(given) : parse(`https://${provider.host(env, version) ?? ''}`);
}

function parse(address: string): ApiAddress | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.hostname === '' || !/^https?:$/.test(url.protocol)) return null;
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port) || (secure ? 443 : 80), secure };
}
