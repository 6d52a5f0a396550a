/**
 * One link of the chain, kept small because a conversation has hundreds of thousands. Fields with few possible values
 * are packed into one number; fields that few rows have are kept in an object of their own.
 */
import type { RowKind } from './records.ts';
import { type Content, wholesome } from './repair/poison/index.ts';

/** A record inside a damaged line. */
export interface Piece {
  readonly text: string;
  /** Superseded by a later record with the same id. */
  dropped: boolean;
}

export type Thinking = 'all' | 'part' | 'none';
export type RowLink = 'root' | 'linked' | 'dangling';

const kinds: readonly RowKind[] = ['other', 'user', 'assistant', 'boundary', 'progress'];
const thoughts: readonly Thinking[] = ['none', 'part', 'all'];
const links: readonly RowLink[] = ['root', 'linked', 'dangling'];

/**
 * Bits of `packed`: three for the kind, two each for thinking and link, then one for each flag, and ten for the
 * milliseconds of the time.
 */
const thinkingAt = 3;
const linkAt = 5;
const side = 1 << 7;
const failure = 1 << 8;
const refusesThinking = 1 << 9;
const refused = 1 << 10;
const bare = 1 << 11;
const millisecondsAt = 12;
const milliseconds = 1023 << millisecondsAt;

interface Rare {
  content: Content;
  before: Row | null;
  piece: Piece | null;
}

const nothing: readonly string[] = [];

export class Row {
  readonly uuid: string;
  messageId: string | null = null;
  uses = nothing;
  results = nothing;
  /** Line of the call whose result this is. */
  source: string | null = null;
  parent: Row | null = null;
  /** Offset and length of its line in the file, without the newline. */
  offset = 0;
  length = 0;
  /** Place among the links of the file, from 0. */
  order = 0;
  private packed = 0;
  /** Of the time, without the milliseconds: a whole time would not fit into a small integer, and would be a heap object. */
  private seconds = 0;
  private rare: Rare | null = null;

  constructor(uuid: string) {
    this.uuid = uuid;
  }

  /** Unix milliseconds; if the record has no time, right after the record before it. */
  get time(): number {
    return this.seconds * 1_000 + ((this.packed & milliseconds) >> millisecondsAt);
  }
  set time(time: number) {
    this.seconds = Math.floor(time / 1_000);
    this.put(milliseconds, (time - this.seconds * 1_000) << millisecondsAt);
  }
  get kind(): RowKind {
    return kinds[this.packed & 7] as RowKind;
  }
  set kind(kind: RowKind) {
    this.put(7, kinds.indexOf(kind));
  }
  /** How much of the record is the model's thinking. */
  get thinking(): Thinking {
    return thoughts[(this.packed >> thinkingAt) & 3] as Thinking;
  }
  set thinking(thinking: Thinking) {
    this.put(3 << thinkingAt, thoughts.indexOf(thinking) << thinkingAt);
  }
  /** `dangling`: the record names a parent that is not in the file. */
  get link(): RowLink {
    return links[(this.packed >> linkAt) & 3] as RowLink;
  }
  set link(link: RowLink) {
    this.put(3 << linkAt, links.indexOf(link) << linkAt);
  }
  /** A subagent's record. */
  get side(): boolean {
    return (this.packed & side) !== 0;
  }
  set side(is: boolean) {
    this.put(side, is ? side : 0);
  }
  get failure(): boolean {
    return (this.packed & failure) !== 0;
  }
  set failure(is: boolean) {
    this.put(failure, is ? failure : 0);
  }
  get refusesThinking(): boolean {
    return (this.packed & refusesThinking) !== 0;
  }
  set refusesThinking(is: boolean) {
    this.put(refusesThinking, is ? refusesThinking : 0);
  }
  get refused(): boolean {
    return (this.packed & refused) !== 0;
  }
  set refused(is: boolean) {
    this.put(refused, is ? refused : 0);
  }
  /** The record had no id or no time, so both have to be written. */
  get bare(): boolean {
    return (this.packed & bare) !== 0;
  }
  set bare(is: boolean) {
    this.put(bare, is ? bare : 0);
  }

  get content(): Content {
    return this.rare?.content ?? wholesome;
  }
  set content(content: Content) {
    if (content !== this.content) this.rarely().content = content;
  }
  /** For a compaction: the last record before it. */
  get before(): Row | null {
    return this.rare?.before ?? null;
  }
  set before(before: Row | null) {
    if (before !== this.before) this.rarely().before = before;
  }
  /** Null: the record is the whole line. */
  get piece(): Piece | null {
    return this.rare?.piece ?? null;
  }
  set piece(piece: Piece | null) {
    if (piece !== this.piece) this.rarely().piece = piece;
  }

  private put(mask: number, bits: number): void {
    this.packed = (this.packed & ~mask) | bits;
  }
  private rarely(): Rare {
    this.rare ??= { content: wholesome, before: null, piece: null };
    return this.rare;
  }
}
