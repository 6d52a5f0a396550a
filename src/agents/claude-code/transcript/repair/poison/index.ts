/**
 * All kinds of poison, in the order in which they are removed. Records that no version sends (off the active branch, a
 * subagent's) may hold anything.
 */
import { isRecord, type Json } from '../../../../common/json.ts';
import { compareVersions, type Parts } from '../../../../common/versions.ts';
import { toolInput, toolName, toolPath } from './calls.ts';
import { halfCharacter, mayHoldBadCharacters, nul } from './characters.ts';
import { visitBlocks } from './content.ts';
import { emptyText, emptyThinking, isEmpty } from './empty.ts';
import type { BlockPoison, Poison, PoisonKind, Words } from './kind.ts';
import { badDocument, badImage, largeImage, oneOfManyImages } from './payload.ts';

export type { PoisonKind } from './kind.ts';
export { manyImages } from './payload.ts';

const characters = [nul, halfCharacter];
const blocks: readonly BlockPoison[] = [
  toolName,
  toolInput,
  toolPath,
  emptyText,
  emptyThinking,
  badImage,
  largeImage,
  oneOfManyImages,
  badDocument,
];
const all: readonly Poison[] = [...characters, ...blocks];
const byBlockType = new Map<unknown, readonly BlockPoison[]>(
  blocks.map(({ type }) => [type, blocks.filter((poison) => poison.type === type)]),
);

export const poisonWords = Object.fromEntries(all.map(({ kind, words }) => [kind, words])) as Readonly<
  Record<PoisonKind, Words>
>;

/** The poison that a record holds. */
export interface Content {
  readonly poisons: readonly PoisonKind[];
  /** The record is an answer that holds nothing but empty blocks. */
  readonly hollow: boolean;
  readonly images: number;
}

export const wholesome: Content = { poisons: [], hollow: false, images: 0 };

/** @param line the record as written */
export function readContent(record: Json, line: string): Content {
  const found = new Set<PoisonKind>();
  let images = 0;
  if (mayHoldBadCharacters(line))
    for (const { kind, clean } of characters) if (clean(record) !== record) found.add(kind);
  visitBlocks(record, (block) => {
    if (block.type === 'image') images += 1;
    for (const { kind, mend } of byBlockType.get(block.type) ?? [])
      if (mend(block) !== block) found.add(kind);
  });
  if (found.size === 0 && images === 0) return wholesome;
  const poisons = all.flatMap(({ kind }) => (found.has(kind) ? [kind] : []));
  return { poisons, hollow: isHollow(record), images };
}

/** An answer of the model, or a part of it, with nothing but empty blocks. */
function isHollow({ type, message }: Json): boolean {
  const content = type === 'assistant' && isRecord(message) ? message.content : null;
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((block) => isRecord(block) && isEmpty(block))
  );
}

/** What a repair may do with a conversation. */
export interface Remedy {
  /** Version of the agent that will continue the conversation; null: not known. */
  readonly version: Parts | null;
  /** The API has refused the conversation as it is. */
  readonly refused: boolean;
  /** A person asks for the repair. */
  readonly byHand: boolean;
}

const kinds = new Map(all.map((poison) => [poison.kind, poison]));

/** Whether the whole record must go, because it is hollow and its empty blocks are to be removed. */
export const mustGo = ({ poisons, hollow }: Content, remedy: Remedy): boolean =>
  hollow && poisons.every((kind) => !kind.startsWith('empty') || isPoison(kind, remedy));

/** Whether a repair must remove this kind. */
export function isPoison(kind: PoisonKind, { version, refused, byHand }: Remedy): boolean {
  const poison = kinds.get(kind);
  if (poison === undefined) return false;
  if (refused || (byHand && poison.is !== 'shrinks')) return true;
  if (poison.is === 'perhaps') return false;
  return (
    poison.cleanedSince === null || version === null || compareVersions(version, poison.cleanedSince) < 0
  );
}

/** The record without these kinds. */
export const without = (record: Json, wanted: ReadonlySet<PoisonKind>): Json =>
  all.filter(({ kind }) => wanted.has(kind)).reduce((mended, poison) => poison.clean(mended), record);
