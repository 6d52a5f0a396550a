/**
 * The guard's mark on everything that it starts, the value being the run's id. A guard that finds it in its own
 * environment runs the agent plainly; after a kill the agent's leftovers are found by it.
 */
export const runVariable = 'GUARDED_CLAUDE_RUN';
