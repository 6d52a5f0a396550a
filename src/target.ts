/** What to run: the agent that our arguments name (the wrapper form), else the one that is installed. */
import { type AgentChoice, allCommandNames, chooseAgent, unknownAgent } from './agents/choose.ts';
import { type Found, findAgent, judge } from './platform/find-executable.ts';
import { readWrapperForm } from './platform/wrapper-form.ts';

export interface Target {
  readonly agent: AgentChoice;
  /** Path of the agent's executable. */
  readonly command: string;
  /** Those of our arguments that name the agent, its executable first; empty without the wrapper form. */
  readonly named: readonly string[];
  /** The agent's own arguments. */
  readonly args: readonly string[];
}

export type FoundTarget =
  | { readonly ok: true; readonly target: Target }
  /** `code`: the exit code that a shell would use. */
  | Extract<Found, { ok: false }>;

/** @param invokedAs the path or name by which we were started */
export function findTarget(words: readonly string[], env: NodeJS.ProcessEnv, invokedAs: string): FoundTarget {
  const form = readWrapperForm(words, allCommandNames);
  if (form?.ok === false) return form;
  const [file = ''] = form?.named ?? [];
  // If it names guarded-claude itself, it only asks us to wrap, and the agent is still to be found.
  const wrapped = form !== null && judge(file, env) === null ? form : null;
  const wanted = wrapped === null ? env : { ...env, GUARDED_CLAUDE_COMMAND: wrapped.named.at(-1) };
  const agent = chooseAgent(wanted, invokedAs);
  if (agent === null) return { ok: false, code: 127, message: unknownAgent(env) };
  if (wrapped !== null)
    return { ok: true, target: { agent, command: file, named: wrapped.named, args: wrapped.args } };
  const found = findAgent(agent.commandNames, env);
  if (!found.ok) return found;
  return { ok: true, target: { agent, command: found.path, named: [], args: form?.args ?? words } };
}
