/**
 * Codex CLI 0.169.0, the second agent, watched by its program status, its screen, its process, its rollout files and
 * the tunnel. The guard uses none of its hooks, its files need no repair, and its print mode (`codex exec`) is left
 * alone.
 */
import type { AgentAdapter } from '../agent.ts';
import { parseArguments } from './arguments.ts';
import { launchPlan } from './launch-plan.ts';
import { freshArguments, resumeArguments } from './resume-arguments.ts';
import { partialText, readInputBox, readScreen } from './screen.ts';
import { findTranscript, latestSession, sessionOfProcess } from './session-files.ts';
import { toolRisk } from './tools.ts';
import { readTranscript } from './transcript.ts';
import { summarizeTranscript } from './transcript-summary.ts';
import { readUserSettings } from './user-settings.ts';
import { abilitiesOf, installedVersion } from './versions.ts';

export const codex: AgentAdapter = {
  id: 'codex',
  name: 'Codex',
  parseArguments,
  installedVersion,
  abilities: abilitiesOf,
  readUserSettings,
  fileArguments: null,
  withoutFiles: (args) => args,
  withoutFlags: (args) => args,
  launchPlan,
  inMode: null,
  resumeArguments,
  freshArguments,
  storableArguments: null,
  findTranscript,
  subagentFiles: async () => [],
  latestSession,
  sessionOfProcess,
  sessionOfPrompt: async () => null,
  successorOf: async () => null, // a resume keeps the id
  outlives: () => false,
  outlivingCommand: null,
  hooks: null,
  readTranscript,
  summarizeTranscript,
  ownChanges: null,
  recordsPrompt: null,
  repairer: null,
  partialText,
  readScreen,
  readInputBox,
  readRefusedResume: () => null,
  menu: null,
  toolRisk,
  print: null,
  pasteStandIn: /\[Pasted Content \d+ chars\](?: #\d+)?/,
  // Ctrl+U clears a line, or joins it with the one before.
  keys: { interrupt: '\x1b', clearInput: ['\x15', '\x7f'], submit: '\r', vimInsert: ['G', 'A'] },
};
