/**
 * The service behind the agents in the background (← at an empty prompt). The agent starts it as a child in a session
 * of its own, with the agent's environment. It outlives the agent, and every agent that the person starts later joins
 * it (`claude daemon run …`: 2.1.197, 2.1.263, 2.1.329, 2.1.332).
 */
export const serviceCommand = 'daemon run';

/** @param commandLine of an executable, or of node and a script */
export function isBackgroundService(commandLine: readonly string[]): boolean {
  return [1, 2].some((at) => commandLine.slice(at, at + 2).join(' ') === serviceCommand);
}
