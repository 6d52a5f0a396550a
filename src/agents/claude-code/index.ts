/**
 * Claude Code, from 1.0.56 to 2.1.332 and later: everything that changes when it changes.
 *
 * `flags` and `arguments` read the person's command line; `launch-plan` and `resume-arguments` build ours; `settings`
 * and `environment` make what the agent starts with; `hooks`, `transcript` and `screen/` read what it says about
 * itself.
 */
import type { AgentAdapter } from '../agent.ts';
import { installedVersion } from './installed-version.ts';
import { parseArguments } from './launch/arguments.ts';
import { isBackgroundService, serviceCommand } from './launch/background-service.ts';
import { fileArguments, withoutFiles } from './launch/file-arguments.ts';
import { launchPlan } from './launch/launch-plan.ts';
import { inMode } from './launch/permission-mode.ts';
import { freshArguments, resumeArguments, withoutFlags } from './launch/resume-arguments.ts';
import { storableArguments } from './launch/storable-arguments.ts';
import { readUserSettings } from './launch/user-settings.ts';
import { readScreen } from './screen/index.ts';
import { readInputBox } from './screen/input-box.ts';
import { isAnswer, readMenu } from './screen/menu.ts';
import { partialText } from './screen/partial-text.ts';
import { readHook, readPrompt } from './senses/hooks.ts';
import { feedLedger } from './senses/ledger-feed.ts';
import { printMode } from './senses/print.ts';
import { readRefusedResume } from './senses/refused-resume.ts';
import {
  findTranscript,
  latestSession,
  sessionOfProcess,
  sessionOfPrompt,
  subagentFiles,
  successorOf,
} from './senses/session-files.ts';
import { toolRisk } from './senses/tools.ts';
import { ownChanges } from './transcript/own-changes.ts';
import { recordsPrompt } from './transcript/records-prompt.ts';
import { claudeCodeRepairer } from './transcript/repair/repair.ts';
import { summarizeTranscript } from './transcript/summary.ts';
import { readTranscript } from './transcript/transcript.ts';
import { abilitiesOf } from './versions.ts';

export const claudeCode = {
  id: 'claude-code',
  name: 'Claude Code',
  parseArguments,
  installedVersion,
  abilities: abilitiesOf,
  readUserSettings,
  fileArguments,
  withoutFiles,
  withoutFlags,
  launchPlan,
  inMode,
  resumeArguments,
  freshArguments,
  storableArguments,
  findTranscript,
  subagentFiles,
  latestSession,
  sessionOfProcess,
  sessionOfPrompt,
  successorOf,
  outlives: isBackgroundService,
  outlivingCommand: serviceCommand,
  hooks: { read: readHook, feedLedger, readPrompt },
  readTranscript,
  summarizeTranscript,
  ownChanges,
  recordsPrompt,
  repairer: claudeCodeRepairer,
  partialText,
  readScreen,
  readInputBox,
  readRefusedResume,
  menu: { read: readMenu, isAnswer },
  toolRisk,
  print: printMode,
  pasteStandIn: /\[Pasted text #\d+(?: \+\d+ lines)?\]/,
  // Esc ends a turn in every version (1.0.56 to 2.1.329). Ctrl+U deletes to the beginning of the row as drawn, and in
  // 2.1.42 no further. Backspace continues into the row above; in an empty box it leaves shell mode.
  keys: { interrupt: '\x1b', clearInput: ['\x15', '\x7f'], submit: '\r', vimInsert: ['G', 'A'] },
} satisfies AgentAdapter;
