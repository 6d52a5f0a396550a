/**
 * Has the engine compile fewer functions into its fastest code. A guard does a little many times a second, for hours.
 * On its own, the engine would compile one function after the other for that, on threads that compete with the agent,
 * and spend more time and memory than the code ever saves. What a flood runs is compiled all the same, soon enough.
 */
import { setFlagsFromString } from 'node:v8';

/** How much of a function's bytecode runs before the engine considers to compile it: 15 times as much as on its own. */
const budgetBytes = 1_000_000;

/** V8 of node 20 to 24. An engine that does not know the flag would say so on the person's terminal. */
const knowsFlag = /^1[1-3]\./;

export function compileLess(): void {
  if (knowsFlag.test(process.versions.v8)) setFlagsFromString(`--interrupt-budget=${budgetBytes}`);
}
