/** One kind of content that makes the API refuse every turn, as long as it is in the conversation. */
import type { Json } from '../../../../common/json.ts';
import type { Parts } from '../../../../common/versions.ts';
import type { MendBlock } from './content.ts';

export type PoisonKind =
  | 'nul'
  | 'half character'
  | 'tool name'
  | 'tool input'
  | 'tool path'
  | 'empty text'
  | 'empty thinking'
  | 'bad image'
  | 'large image'
  | 'many images'
  | 'bad document';

/** For the person: the finding in one record and in several (`#`), and what is done. */
export interface Words {
  readonly one: string;
  readonly many: string;
  readonly done: string;
}

export interface Poison {
  readonly kind: PoisonKind;
  readonly words: Words;
  /**
   * First version that was seen to clean such content itself before it sends a request (the true border is somewhere
   * between the versions that were run); null: none does. Such a version needs the repair only if the API has refused
   * the conversation all the same.
   */
  readonly cleanedSince: Parts | null;
  /**
   * `always`: always poison. `perhaps`: the same content may be fine, so it is repaired only if the API has refused the
   * conversation or a person asks. `shrinks`: the agent's own cleaning keeps more of the content than a repair can.
   */
  readonly is: 'always' | 'perhaps' | 'shrinks';
  /** The record without this poison; the same object if the record does not hold any. */
  clean(record: Json): Json;
}

/** A poison that is found in blocks of one type, each on its own. */
export interface BlockPoison extends Poison {
  readonly type: string;
  readonly mend: MendBlock;
}
