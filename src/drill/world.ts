/**
 * The surroundings of an agent: where its requests go. The default is what people have: the vendor's own base URL over
 * TLS, with all the traffic of the agent's helpers. A gateway with a base URL of its own is the exception.
 */
import { join } from 'node:path';
import { type Api, startApi } from './api/api.ts';
import type { Sandbox } from './sandbox.ts';
import { type HelperTraffic, type StandIn, startStandIn } from './tls-stand-in.ts';

export type Surroundings = 'first-party' | 'gateway';

export interface WorldOptions {
  readonly surroundings?: Surroundings;
  /** Only in first-party surroundings. */
  readonly helpers?: HelperTraffic;
  readonly seed?: number;
}

export interface World {
  readonly api: Api;
  /** Null for a gateway. */
  readonly standIn: StandIn | null;
  /** Variables that an agent needs to use this world. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** For an agent behind a gateway. Its helpers' traffic, which would go elsewhere, is switched off. */
export const gatewayVariables = (url: string): Readonly<Record<string, string>> => ({
  ANTHROPIC_BASE_URL: url,
  DISABLE_TELEMETRY: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
});

/** For an agent behind a person's proxy, which leads to the stand-in. */
export function firstPartyVariables(standIn: StandIn, sandbox: Sandbox): Readonly<Record<string, string>> {
  const authority = join(sandbox.root, 'authority.pem');
  standIn.writeAuthority(authority);
  return { HTTPS_PROXY: standIn.proxyUrl, HTTP_PROXY: standIn.proxyUrl, NODE_EXTRA_CA_CERTS: authority };
}

/** Starts the world. Its API validates requests as the real one does. */
export async function startWorld(sandbox: Sandbox, options: WorldOptions = {}): Promise<World> {
  if (options.surroundings === 'gateway') {
    const api = await startApi({ enforceRules: true });
    return {
      api,
      standIn: null,
      variables: gatewayVariables(api.url),
      stop: () => api.stop(),
    };
  }
  const { helpers, seed } = options;
  const standIn = await startStandIn({
    enforceRules: true,
    ...(helpers === undefined ? {} : { helpers }),
    ...(seed === undefined ? {} : { seed }),
  });
  return {
    api: standIn.api,
    standIn,
    variables: firstPartyVariables(standIn, sandbox),
    stop: () => standIn.stop(),
  };
}
