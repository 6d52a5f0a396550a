/**
 * Reads the rendered screen, by position (`layout.ts`) and by words that are data (`patterns.ts`).
 *
 * A turn counts as running if any of three signs shows it: spinner, footer, window title. A repaint may lack one of
 * them (while text fills the screen, 2.1.329 shows no spinner at all), so the prompt counts as free only when all three
 * are gone.
 */
import type { ScreenFacts } from '../../../events.ts';
import { duration, fingerprintOf, mostSecondsOf, secondsOf } from '../../common/screen-text.ts';
import type { ScreenView } from '../../contract/screen.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { failureOfText } from '../senses/failures.ts';
import { textIn } from './input-box.ts';
import { type Layout, layOut } from './layout.ts';
import { readReset } from './limit-reset.ts';
import { tokensOf } from './numbers.ts';
import * as patterns from './patterns.ts';

type Parts = readonly number[] | null;

/** A countdown that is over is none: the next try is under way. */
function readRetry(text: string): ScreenFacts['retry'] {
  const [, time = '', attempt, of] = patterns.countdown.exec(text) ?? [];
  const seconds = mostSecondsOf(time) ?? 0;
  if (seconds === 0) return undefined;
  return { attempt: Number(attempt), ...(of !== undefined && { of: Number(of) }), inMs: seconds * 1_000 };
}

const isDuration = new RegExp(`^${duration}$`);

/** The part in brackets beside the spinner: `(1m 2s · ↓ 29 tokens · still thinking)`. */
function readSpinner(status: string): Partial<ScreenFacts> {
  const [, inside = ''] = /…\s*\(([^)]*)\)/.exec(status) ?? [];
  const tokens = tokensOf(inside);
  const elapsedS = inside
    .split('·')
    .map((part) => part.trim())
    .filter((part) => isDuration.test(part))
    .map(secondsOf)[0];
  return {
    ...(tokens === undefined ? {} : { tokens }),
    ...(elapsedS === undefined ? {} : { elapsedS }),
    ...(/↑ [\d.,]+[km]? tokens/i.test(inside) ? { requesting: true } : {}),
    ...(/\bthinking\b/.test(inside) ? { thinking: true } : {}),
  };
}

/** Whether the input box holds text that a person has typed. */
function readDraft(view: ScreenView, box: NonNullable<Layout['box']>): Partial<ScreenFacts> {
  const text = textIn(view, box);
  return text === '' ? {} : { draft: true, ...(patterns.command.test(text) && { draftIsCommand: true }) };
}

function readMode(footer: string): Partial<ScreenFacts> {
  const [, shown = ''] = patterns.permissionMode.exec(footer) ?? [];
  const permissionMode = patterns.permissionModes.get(shown);
  return permissionMode === undefined ? {} : { permissionMode };
}

/** How many background commands the footer counts. */
function readBackground(footer: string): Partial<ScreenFacts> {
  const [, counts] = patterns.backgroundCommands.exec(footer) ?? [];
  if (counts === undefined) return {};
  const sum = [...counts.matchAll(/\d+/g)].reduce((total, [count]) => total + Number(count), 0);
  return sum === 0 ? {} : { commandsInBackground: sum };
}

/**
 * The transcript view, which the person has opened; null: it is another screen. The conversation in it says nothing,
 * and only the footer or the title may tell that a turn runs.
 */
function readTranscriptView({ box, bottom }: Layout, title: string): ScreenFacts | null {
  const found = box ? null : patterns.transcriptView.exec(bottom.at(-1) ?? '');
  if (!found) return null;
  const works = found[1] !== undefined || patterns.busyTitle.test(title);
  return { activity: 'dialog', dialog: 'transcript', ...(works && { works }) };
}

function readDialog(layout: Layout, parts: Parts): ScreenFacts['dialog'] {
  if (layout.box) return undefined;
  return patterns.firstOf(patterns.dialogRows, layout.bottom.join('\n'), parts) ?? undefined;
}

/** The end of a turn with an error, below what the model had said by then. What a tool has printed is none. */
function readFailure({ lastBlock }: Layout): ScreenFacts['failure'] {
  const start = lastBlock.findIndex((row) => patterns.failureStart.test(row));
  const isPrinted = lastBlock.slice(0, Math.max(0, start)).some((row) => patterns.callRow.test(row));
  if (start < 0 || isPrinted) return undefined;
  const text = lastBlock
    .slice(start)
    .map((row) => row.trim())
    .join(' ');
  return { kind: failureOfText(text), fingerprint: fingerprintOf(text) };
}

/** The blocks of calls at the end of the conversation, last one first. */
function lastCalls({ lastBlocks }: Layout): readonly (readonly string[])[] {
  const end = lastBlocks.findIndex(([first = '']) => !patterns.callRow.test(first));
  return end < 0 ? lastBlocks : lastBlocks.slice(0, end);
}

/** 1.0.x draws nothing below the call of a running MCP tool, nor below a parallel call that finishes sooner. */
function hasCallWithoutResult(layout: Layout): boolean {
  if (!patterns.toolMark.test(layout.status ?? '')) return false;
  return lastCalls(layout).some((block) => !block.some((row) => patterns.resultMark.test(row)));
}

/** The tool that the last blocks show at work. A call that waits for its turn may be below a running one. */
function readTool(layout: Layout, parts: Parts): 'tool' | 'command' | null {
  const say = (row: string) => patterns.firstOf(patterns.toolRows, row, parts);
  const said = layout.lastBlock.map(say);
  if (hasCallWithoutResult(layout) || said.includes('tool')) return 'tool';
  if (!said.includes('command')) return null;
  return lastCalls(layout).some((block) => block.some((row) => say(row) === 'tool')) ? 'tool' : 'command';
}

/** What a running turn does. */
function readRunning(layout: Layout, parts: Parts): ScreenFacts {
  const status = layout.status ?? '';
  const block = layout.lastBlock.join('\n');
  const retry = readRetry(patterns.retryInBlock.test(block) ? block : status);
  const said = patterns.firstOf(patterns.statusRows, status, parts) ?? 'busy';
  const tool = said === 'busy' ? readTool(layout, parts) : null;
  const activity = retry ? 'retrying' : tool === null ? said : 'tool';
  return {
    activity,
    ...(activity === 'tool' && tool === 'command' ? { command: true } : {}),
    ...readSpinner(status),
    ...(retry ? { retry } : {}),
  };
}

/**
 * The agent has restored the terminal, and its last output is an error of its own. An editor that the agent has opened
 * may show the same words, but on the alternate screen.
 */
function isCrashed({ rows, bracketedPaste, alternate }: ScreenView): boolean {
  if (bracketedPaste !== false || alternate) return false;
  const place = rows.findLastIndex((row) => patterns.crashPlace.test(row));
  return place >= 0 && rows.slice(0, place).some((row) => patterns.crashError.test(row));
}

export function readScreen(view: ScreenView, version: AgentVersion | null): ScreenFacts {
  if (isCrashed(view)) return { activity: 'crashed' };
  const parts = version?.parts ?? null;
  const layout = layOut(view.rows);
  const transcript = readTranscriptView(layout, view.title);
  if (transcript) return transcript;
  const dialog = readDialog(layout, parts);
  if (dialog) return { activity: 'dialog', dialog };

  const said = layout.status === null ? null : patterns.firstOf(patterns.statusRows, layout.status, parts);
  const below = layout.bottom.join('\n');
  const atBox = layout.box === null ? {} : { ...readDraft(view, layout.box), ...readMode(below) };
  const background = layout.box === null ? {} : readBackground(below);
  const isLimited = [...layout.lastBlock, ...layout.bottom].some(
    (row) => patterns.firstOf(patterns.limitRows, row, parts) !== null,
  );
  if (isLimited || said === 'limit') return { activity: 'limit', ...atBox };
  if (said === 'background') return { activity: 'background', ...atBox };
  const isRunning =
    said !== null ||
    (layout.box !== null && patterns.interruptHint.test(below)) ||
    patterns.busyTitle.test(view.title);
  if (isRunning) return { ...readRunning(layout, parts), ...background, ...atBox };
  if (layout.box === null || view.stale) return { activity: 'unknown' };
  const failure = readFailure(layout);
  const reset = failure?.kind === 'rate-limit' ? readReset(layout.lastBlock.join(' ')) : null;
  return {
    activity: 'idle',
    ...(failure ? { failure } : {}),
    ...(reset ? { limitReset: reset } : {}),
    ...atBox,
  };
}
