/**
 * The permission mode of an agent that is started after another one. It allows no more than the launch did, and no more
 * than the person allowed last.
 */
import type { PermissionModes } from '../../contract/launch.ts';
import { type FlagUse, splitWords, type Word } from './arguments.ts';

/**
 * From the strictest to the most permissive. `bypassPermissions` is missing, and so is any mode that is not known: they
 * count as allowing the most, so they are never asked for.
 */
const modes = ['plan', 'dontAsk', 'default', 'acceptEdits', 'auto'];

function rankOf(mode: string): number {
  const rank = modes.indexOf(mode === 'manual' ? 'default' : mode); // its name since 2.1.2xx; hooks keep the old one
  return rank < 0 ? modes.length : rank;
}

const setsMode = ({ name }: FlagUse) =>
  name === '--permission-mode' || name === '--dangerously-skip-permissions';

/** The mode that the words ask for. Null: the one of the person's settings. */
function givenMode(words: readonly Word[]): string | null {
  const uses = words.flatMap((word) => word.uses);
  if (uses.some(({ name }) => name === '--dangerously-skip-permissions')) return 'bypassPermissions';
  return uses.findLast(setsMode)?.value ?? null;
}

/**
 * The arguments, asking for the stricter one of the launch's mode and the present one.
 *
 * Without a flag, the first mode that is known counts as the launch's, but plan mode limits nothing beyond itself:
 * a plan is approved, and what follows asks before each edit. The mode is asked for by name: the person may have chosen
 * it themselves, and what their settings allow may be more.
 */
export function inMode(args: readonly string[], { first, now }: PermissionModes): readonly string[] {
  const words = splitWords(args);
  const given = givenMode(words);
  const launched = given ?? (first === 'plan' ? 'default' : first);
  const mode = rankOf(now) < rankOf(launched) ? now : launched;
  if (mode === given || rankOf(mode) === modes.length) return args;
  const asking = ['--permission-mode', mode];
  // In place of a flag, because without one the next word could be another flag's.
  return given === null
    ? [...asking, ...args]
    : words.flatMap(({ raw, uses }) => (uses.some(setsMode) ? asking : raw));
}
