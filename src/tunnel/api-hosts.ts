/**
 * Which hosts are the API's: the one that the settings name, and until that one has answered a conversation, each that
 * does. A gateway may be chosen where the settings do not show it; where the conversation goes cannot be hidden. If no
 * setting names one, it is the first that answers, because what else answers at length (a remote MCP server) is called
 * by the model.
 */
import type { Target } from './target.ts';

export interface ApiHosts {
  /** @param authority `host:port` */
  has(authority: string): boolean;
  /** The latest that was found by its answer and not named; null: none, or the one that is named has answered since. */
  found(): Target | null;
  /** The agent gets the answer to a conversation from this host. */
  answers(target: Target): void;
}

/** @param named `host:port`; null: no setting names it */
export function createApiHosts(named: string | null): ApiHosts {
  const hosts = new Set(named === null ? [] : [named]);
  let found: Target | null = null;
  let isSettled = false;
  return {
    has: (authority) => hosts.has(authority),
    found: () => found,
    answers(target) {
      if (isSettled) return;
      const isNamed = target.authority === named;
      if (isNamed) hosts.clear(); // also of what was found: the person has logged in elsewhere
      hosts.add(target.authority);
      found = isNamed ? null : target;
      isSettled = isNamed || named === null;
    },
  };
}
