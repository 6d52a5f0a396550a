/**
 * The conversation that the agent is in, as far as it is known: its id and file, the calls of its turn, and what an
 * interruption has left of it. Contents that no event may carry; in memory only.
 */
import type { Finding } from '../agents/contract/conversation.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Event } from '../events.ts';
import { createLedger, type Ledger } from '../recover/ledger.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';

export interface Conversation {
  readonly id: string | null;
  readonly transcriptPath: string | null;
  readonly permissionMode: string | null;
  /** Begun by clearing another one: nothing of what the arguments opened is in it. */
  readonly isCleared: boolean;
  /** A turn was seen to come to its end in it. */
  readonly hadTurn: boolean;
  /** Another agent has it open: to go on means to fork. */
  readonly isHeld: boolean;
  /** Tool calls seen by hooks. */
  readonly ledger: Ledger;
  /** When the person has pressed Enter of late: wall clock, Unix milliseconds, in order. */
  readonly enteredMs: readonly number[];
  /** Taken before the last nudge or stop; the prompt is made from it. */
  readonly snapshot: RecoverySnapshot | null;
  /** What the last stop has changed in it of what was said. */
  readonly mended: readonly Finding[];
  /** Every event. */
  follow(event: Event): void;
  /** One begins under this id: nothing of it is on disk. */
  pinned(id: string): void;
  turnEnded(): void;
  /** @param path the file that was looked at: the agent may have gone on to another one meanwhile */
  isHeldByOther(path: string, isHeld: boolean): void;
  /** @param taken null where none could be taken: the one from before stays */
  interrupted(taken: RecoverySnapshot | null): void;
  repaired(mended: readonly Finding[]): void;
}

/** What is known of one; another one has another file and another mode. */
interface Facts {
  readonly id: string | null;
  readonly transcriptPath: string | null;
  readonly permissionMode: string | null;
  readonly isCleared: boolean;
  readonly hadTurn: boolean;
  readonly isHeld: boolean;
}

const nothingKnown: Omit<Facts, 'id'> = {
  transcriptPath: null,
  permissionMode: null,
  isCleared: false,
  hadTurn: false,
  isHeld: false,
};

/** As many as can have come since the last look on disk, and some more: one may have been for a dialog. */
const maxEnters = 20;

/** @param id as it is known from the start; null: it is not */
export function createConversation(id: string | null): Conversation {
  const ledger = createLedger();
  const enteredMs: number[] = [];
  let facts: Facts = { ...nothingKnown, id };
  let snapshot: RecoverySnapshot | null = null;
  let mended: readonly Finding[] = [];

  function adopt(event: Extract<Event, { type: 'session' }>): void {
    const isSame = event.sessionId === facts.id;
    if (!isSame) ledger.clear();
    const before = isSame ? facts : nothingKnown;
    facts = {
      ...before,
      id: event.sessionId,
      transcriptPath: event.transcriptPath ?? before.transcriptPath,
      permissionMode: event.permissionMode ?? before.permissionMode,
      isCleared: event.reason === 'clear' || before.isCleared,
    };
  }

  return {
    get id() {
      return facts.id;
    },
    get transcriptPath() {
      return facts.transcriptPath;
    },
    get permissionMode() {
      return facts.permissionMode;
    },
    get isCleared() {
      return facts.isCleared;
    },
    get hadTurn() {
      return facts.hadTurn;
    },
    get isHeld() {
      return facts.isHeld;
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
      if (event.type === 'turn.ended') ledger.endTurn();
      if (event.type !== 'input' || event.kind !== 'enter') return;
      enteredMs.push(Date.now());
      if (enteredMs.length > maxEnters) enteredMs.shift();
    },
    pinned(next) {
      facts = { ...facts, id: next, transcriptPath: null, isHeld: false };
    },
    turnEnded() {
      facts = { ...facts, hadTurn: true };
    },
    isHeldByOther(path, isHeld) {
      if (facts.transcriptPath === path) facts = { ...facts, isHeld };
    },
    interrupted(taken) {
      snapshot = taken ?? snapshot;
    },
    repaired(findings) {
      mended = findings;
    },
  };
}

/** A turn has come to its end by itself, as hooks tell it or as the other senses together show it. */
export function endsTurn(event: Event, { turn }: Evidence, after: Evidence): boolean {
  if (event.type === 'turn.ended') return true;
  if (event.type === 'agent.started' || turn.workingSince === null) return false;
  const isStopped = (after.person.lastInterruptAt ?? 0) >= turn.workingSince;
  return after.turn.workingSince === null && !isStopped;
}
