/**
 * The service behind the agents in the background (← at an empty prompt). The agent starts it as its child, in a
 * session of its own, with its own environment; it goes on when the agent has ended, and is joined by every agent of
 * the person that is started later (`claude daemon run …`: 2.1.197, 2.1.263, 2.1.329, 2.1.332).
 */
export function isBackgroundService(commandLine: readonly string[]): boolean {
  const at = commandLine.indexOf('daemon');
  return at > 0 && at <= 2 && commandLine[at + 1] === 'run';
}
