/**
 * What each version of Claude Code can do, as a table of version ranges. An unknown newer version has the abilities of
 * the newest known one. If the version is not known, a recent one is assumed, because most are recent; but it gets none
 * of our flags, because an older version refuses an unknown flag and ends at its start (1.0.56: `unknown option
 * '--settings'`).
 */

import { compareVersions, type Parts } from '../common/versions.ts';
import type { Abilities, AgentVersion } from '../contract/version.ts';

/** Versions that were run (by hand, in the matrix or in tests), oldest first. The README names them. */
export const verified = [
  '1.0.56',
  '2.1.38',
  '2.1.42',
  '2.1.126',
  '2.1.197',
  '2.1.263',
  '2.1.329',
  '2.1.332',
] as const;
/** Assumed if the version is not known. */
const assumed: Parts = [2, 1, 197];

/** First version with each ability. Source: the agent's changelog and `--help`; bounds seen on the lab versions. */
const since = {
  sessionIdFlag: [1, 0, 55],
  settingsFlag: [1, 0, 61],
  programStatus: [2, 1, 295],
  /**
   * Until 2.1.42, a key that comes with others is text or nothing. From 2.1.126 to 2.1.263, only a paste is lost when
   * something follows it in the same read.
   */
  splitsReads: [2, 1, 329],
} as const satisfies Record<
  Exclude<keyof Abilities, 'verified' | 'nearestVerified' | 'recordsCallsFirst'>,
  Parts
>;

/**
 * These ask at the start whether hooks may run, also in a folder that is trusted, and with them about hooks that come
 * by `--settings`. Nobody should be asked about ours.
 */
const asksAboutHooks = { first: [1, 0, 70], last: [1, 0, 85] } as const satisfies Record<string, Parts>;

/**
 * Newer versions run a call while its message is still open. The border is somewhere before 2.1.197.
 */
const lastToRecordFirst: Parts = [2, 1, 42];

/** First version with each hook event, by its changelog; where that does not say, the oldest in which it was seen. */
const hookEvents: Readonly<Record<string, Parts>> = {
  PreToolUse: [1, 0, 38],
  PostToolUse: [1, 0, 38],
  Notification: [1, 0, 38],
  Stop: [1, 0, 38],
  UserPromptSubmit: [1, 0, 54],
  SubagentStop: [1, 0, 56],
  SessionStart: [1, 0, 62],
  SessionEnd: [1, 0, 85],
  PostToolUseFailure: [2, 1, 42],
  PermissionRequest: [2, 1, 42],
  StopFailure: [2, 1, 78],
};

const reaches = (version: AgentVersion | null, first: Parts) =>
  compareVersions(version?.parts ?? assumed, first) >= 0;

const isAskedAboutHooks = ({ parts }: AgentVersion) =>
  compareVersions(parts, asksAboutHooks.first) >= 0 && compareVersions(parts, asksAboutHooks.last) <= 0;

/** The newest verified version that is not above this one; the oldest if this one is below them all. */
function nearestTo(parts: Parts): string {
  const below = verified.findLast((text) => compareVersions(text.split('.').map(Number), parts) <= 0);
  return below ?? verified[0];
}

export function abilitiesOf(version: AgentVersion | null): Abilities {
  return {
    sessionIdFlag: version !== null && reaches(version, since.sessionIdFlag),
    settingsFlag: version !== null && reaches(version, since.settingsFlag) && !isAskedAboutHooks(version),
    programStatus: reaches(version, since.programStatus),
    splitsReads: reaches(version, since.splitsReads),
    recordsCallsFirst: version !== null && compareVersions(version.parts, lastToRecordFirst) <= 0,
    verified: verified.some((text) => text === version?.text),
    nearestVerified: nearestTo(version?.parts ?? assumed),
  };
}

/** The hook events that this version knows, out of those that `hooks.ts` reads. */
export function hookEventsOf(version: AgentVersion | null): readonly string[] {
  return Object.entries(hookEvents)
    .filter(([, first]) => reaches(version, first))
    .map(([name]) => name);
}

/** Newer versions find the region on AWS in the person's profile. The border is somewhere before 2.1.197. */
const lastWithoutAwsProfile: Parts = [2, 1, 126];

export const readsAwsProfile = (version: AgentVersion | null): boolean =>
  compareVersions(version?.parts ?? assumed, lastWithoutAwsProfile) > 0;

/** First version whose records say why an answer ended; until 2.1.42 they always say `null`. */
const firstToRecordStopReason: Parts = [2, 1, 126];

/** @param version as a record names it */
export function recordsStopReason(version: string | null): boolean {
  return version !== null && compareVersions(version.split('.').map(Number), firstToRecordStopReason) >= 0;
}
