/**
 * The conversation that the agent is in, as far as it is known: its id, its file, the calls of its turn, and what an
 * interruption has left behind. It holds content that no event may carry, so it is kept in memory only.
 */
import type { Finding, Overruled, OwnChanges } from '../agents/contract/conversation.ts';
import type { PermissionModes } from '../agents/contract/launch.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Event, Millis } from '../events.ts';
import { createLedger, type Ledger } from '../recover/ledger.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';

/** A folder that the conversation was moved to, and in which an agent can be started. */
export interface Destination {
  readonly folder: string;
  /** Words of the launch that name something by its path from the launch's folder. */
  readonly paths: ReadonlySet<string>;
}

export interface Conversation {
  readonly id: string | null;
  readonly transcriptPath: string | null;
  /** It began with /clear, so it holds nothing of what the arguments opened. */
  readonly isCleared: boolean;
  /** A turn of it was seen to end. */
  readonly hadTurn: boolean;
  /** A turn is known to run. */
  readonly isInTurn: boolean;
  /** The last look at its file found no turn, and none was seen since. The agent refuses to resume such a one. */
  readonly isEmpty: boolean;
  /** Another agent has it open, so going on means forking it. */
  readonly isHeld: boolean;
  /** Hold for the process, so also after /clear. Null: none is known. */
  readonly modes: PermissionModes | null;
  /** What the person has changed with commands since the launch. Holds for the process, so also after /clear. */
  readonly changes: OwnChanges;
  /** `changes.folder`, as the latest look has found it. Null: it was not moved, or no agent can be started there. */
  readonly destination: Destination | null;
  /** Tool calls seen by hooks. */
  readonly ledger: Ledger;
  /** When the person last pressed Enter: wall clock, Unix milliseconds, oldest first. */
  readonly enteredMs: readonly number[];
  /** Taken before the last nudge or stop. The prompt is made from it. */
  readonly snapshot: RecoverySnapshot | null;
  /** What the repair at the last stop has changed in its content. */
  readonly mended: readonly Finding[];
  /** To be called with every event. */
  follow(event: Event): void;
  /** A conversation begins with this id. Nothing of it is on disk. */
  pinned(id: string): void;
  turnEnded(): void;
  changed(changes: OwnChanges): void;
  arrived(destination: Destination | null): void;
  /** @param path the file that was checked; the agent may have moved to another one since */
  heldByOther(path: string, isHeld: boolean): void;
  /** @param taken null: none could be taken, so the previous one stays */
  interrupted(taken: RecoverySnapshot | null): void;
  repaired(mended: readonly Finding[]): void;
}

/** What is known of one conversation. */
interface Facts {
  readonly id: string | null;
  readonly transcriptPath: string | null;
  readonly isCleared: boolean;
  readonly hadTurn: boolean;
  readonly isEmpty: boolean;
  readonly isHeld: boolean;
}

const nothingKnown: Omit<Facts, 'id'> = {
  transcriptPath: null,
  isCleared: false,
  hadTurn: false,
  isEmpty: false,
  isHeld: false,
};

/** Part of a turn is on record. */
const recorded: readonly Event['type'][] = ['prompt.recorded', 'answer.recorded'];
const endOfTurn: readonly Event['type'][] = ['turn.ended', 'interrupted', 'agent.started'];

/** More Enters than can come between two looks at the disk. Some of them may have been for a dialog. */
const maxEnters = 20;

/** @param id the id if it is known from the start, else null */
export function createConversation(id: string | null): Conversation {
  const ledger = createLedger();
  const enteredMs: number[] = [];
  let facts: Facts = { ...nothingKnown, id };
  /** The prompt was free before any mode was known, and none was shown. */
  let beganInDefault = false;
  let modes: PermissionModes | null = null;
  let modeAt: Millis = 0;
  let changes: OwnChanges = { folder: null, overruled: [] };
  let destination: Destination | null = null;
  let snapshot: RecoverySnapshot | null = null;
  let mended: readonly Finding[] = [];
  let isInTurn = false;

  function adopt(event: Extract<Event, { type: 'session' }>): void {
    const isSame = event.sessionId === facts.id;
    if (!isSame) ledger.clear();
    const before = isSame ? facts : nothingKnown;
    facts = {
      ...before,
      id: event.sessionId,
      transcriptPath: event.transcriptPath ?? before.transcriptPath,
      isCleared: event.reason === 'clear' || before.isCleared,
    };
  }

  /** A hook may be read only after the screen has shown a later mode. */
  function noteMode(mode: string, { at, writtenAt = at }: Event): void {
    if (writtenAt < modeAt) return;
    modeAt = writtenAt;
    modes = { first: modes?.first ?? (beganInDefault ? 'default' : mode), now: mode };
  }

  /** Some versions show every mode but the default one. */
  function noteScreen(event: Extract<Event, { type: 'screen' }>): void {
    const { permissionMode, activity } = event.facts;
    if (permissionMode !== undefined) noteMode(permissionMode, event);
    else if (modes === null && activity === 'idle') beganInDefault = true;
  }

  return {
    get id() {
      return facts.id;
    },
    get transcriptPath() {
      return facts.transcriptPath;
    },
    get isCleared() {
      return facts.isCleared;
    },
    get hadTurn() {
      return facts.hadTurn;
    },
    get isInTurn() {
      return isInTurn;
    },
    get isEmpty() {
      return facts.isEmpty;
    },
    get isHeld() {
      return facts.isHeld;
    },
    get modes() {
      return modes;
    },
    get changes() {
      return changes;
    },
    get destination() {
      return destination;
    },
    ledger,
    enteredMs,
    get snapshot() {
      return snapshot;
    },
    get mended() {
      return mended;
    },
    follow(event) {
      if (event.type === 'session') adopt(event);
      if (event.type === 'permission.mode') noteMode(event.mode, event);
      if (event.type === 'screen') noteScreen(event);
      if (recorded.includes(event.type)) facts = { ...facts, isEmpty: false };
      if (event.type === 'turn.started') isInTurn = true;
      if (endOfTurn.includes(event.type)) isInTurn = false;
      if (event.type === 'turn.ended') ledger.endTurn();
      if (event.type !== 'input' || event.kind !== 'enter') return;
      enteredMs.push(Date.now());
      if (enteredMs.length > maxEnters) enteredMs.shift();
    },
    pinned(next) {
      facts = { ...facts, id: next, transcriptPath: null, isHeld: false };
    },
    turnEnded() {
      facts = { ...facts, hadTurn: true, isEmpty: false };
    },
    changed({ folder, overruled }) {
      const isNew = ({ flag, by }: Overruled) =>
        !changes.overruled.some((each) => each.flag === flag && each.by === by);
      changes = {
        folder: folder ?? changes.folder,
        overruled: [...changes.overruled, ...overruled.filter(isNew)],
      };
    },
    arrived(found) {
      destination = found;
    },
    heldByOther(path, isHeld) {
      if (facts.transcriptPath === path) facts = { ...facts, isHeld };
    },
    interrupted(taken) {
      if (taken === null) return;
      snapshot = taken;
      if (taken.session_id === facts.id)
        facts = { ...facts, isEmpty: taken.last_committed_message_index === null };
    },
    repaired(findings) {
      mended = findings;
    },
  };
}

/** Whether a turn has ended by itself, as hooks report it or as the other senses together show it. */
export function endsTurn(event: Event, { turn }: Evidence, after: Evidence): boolean {
  if (event.type === 'turn.ended') return true;
  if (event.type === 'agent.started' || turn.workingSince === null) return false;
  const isStopped = (after.person.lastInterruptAt ?? 0) >= turn.workingSince;
  // The last frame of an agent that is gone may be read only now.
  const isShown = event.type === 'screen' && event.facts.activity === 'idle' && after.agent.exit !== null;
  return (after.turn.workingSince === null || isShown) && !isStopped;
}
