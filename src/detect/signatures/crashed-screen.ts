/**
 * The code that draws the agent's screen has failed, usually on a record of the conversation that it cannot show. The
 * screen shows an error and a stack trace, the terminal is back in the state from before the agent, and the process
 * lives on but takes no keys.
 */
import { settleMs } from '../limits.ts';
import { askIfRepeated, type Signature } from '../verdict.ts';

export const crashedScreen: Signature = {
  class: 'crashed-screen',
  help: 'the agent shows an error of its own instead of a screen, and takes no keys',
  needsRepair: true,
  needsTerminal: true,
  test({ screen, terminal, agent, conversation }) {
    if (screen?.facts.activity !== 'crashed' || agent.exit || terminal.suspendedSince !== null) return null;
    return {
      since: screen.activitySince,
      limit: settleMs,
      because: () => ['the agent’s screen has crashed', 'its process lives, and takes no keys'],
      cure: askIfRepeated('relaunch', conversation.historiesRepaired),
    };
  },
};
