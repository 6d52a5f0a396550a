/** Incident classes in words for people. A class that is not in the table is shown as it is. Pure. */

interface Words {
  /** What happened, as told to the person whose session it is. */
  readonly headline: string;
  /** The same as a part of a sentence: "recovered from …". */
  readonly noun: string;
}

const connection: Words = { headline: 'Connection lost.', noun: 'a lost connection' };

export const words: Readonly<Record<string, Words>> = {
  'dead-stream': connection,
  'no-first-byte': { headline: 'The API did not answer.', noun: 'an unanswered request' },
  offline: { headline: 'The network is down.', noun: 'a network outage' },
  refused: { headline: 'The API refused the connection.', noun: 'a refused connection' },
  reset: { headline: 'The connection was reset.', noun: 'a reset connection' },
  'failed-turn': { headline: 'The turn ended in an error.', noun: 'a turn that failed' },
  'silent-end': { headline: 'The turn ended without an answer.', noun: 'a turn that ended silently' },
  'cut-short': { headline: 'The answer broke off.', noun: 'an answer that broke off' },
  'never-asked': { headline: 'The agent sent no request.', noun: 'a turn that sent no request' },
  'silent-screen': { headline: 'The agent stopped making progress.', noun: 'an agent without progress' },
  'frozen-ui': { headline: 'The agent froze.', noun: 'a frozen agent' },
  spinning: { headline: 'The agent froze.', noun: 'a frozen agent' },
  'deaf-input': { headline: 'The agent no longer took keys.', noun: 'an agent that took no keys' },
  lingering: { headline: 'The agent did not end after its answer.', noun: 'an agent that did not end' },
  stopped: { headline: 'The agent was stopped from outside.', noun: 'an agent stopped from outside' },
  'broken-history': { headline: 'The conversation was refused.', noun: 'a damaged conversation' },
  'crashed-screen': { headline: 'The agent’s screen crashed.', noun: 'a crashed screen' },
  'unknown-refusal': {
    headline: 'The API keeps refusing this conversation: try /rewind, or leave and run guardctl repair.',
    noun: 'a conversation that the API refused',
  },
  'stuck-compaction': { headline: 'The compaction hung.', noun: 'a compaction that hung' },
  'usage-limit': { headline: 'A usage limit was reached.', noun: 'a usage limit' },
  'overdue-tool': { headline: 'A tool never came back.', noun: 'a tool that never came back' },
  slept: { headline: 'The machine slept.', noun: 'a sleep of the machine' },
  'endless-response': { headline: 'The answer stopped growing.', noun: 'a never-ending answer' },
  'memory-runaway': { headline: 'The agent used up the memory.', noun: 'an agent that used up the memory' },
  'out-of-memory': { headline: 'The machine ran out of memory.', noun: 'an out-of-memory kill' },
  'died-at-start': { headline: 'The agent did not start.', noun: 'an agent that died at start' },
  'agent-gone': { headline: 'The agent ended unexpectedly.', noun: 'an agent that died' },
  'asked-nudge': { headline: 'You asked for a nudge.', noun: 'a nudge on request' },
  'asked-relaunch': { headline: 'You asked for a relaunch.', noun: 'a relaunch on request' },
};

export function causeWords(incidentClass: string): Words {
  const known = Object.hasOwn(words, incidentClass) ? words[incidentClass] : undefined;
  return known ?? { headline: `The agent was stuck (${incidentClass}).`, noun: incidentClass };
}
