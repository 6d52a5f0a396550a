/** One kind of content that the API refuses at every turn, for as long as it stands in the conversation. */
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

/** For the person: for one record and for several (`#`), and what is done. */
export interface Words {
  readonly one: string;
  readonly many: string;
  readonly done: string;
}

export interface Poison {
  readonly kind: PoisonKind;
  readonly words: Words;
  /**
   * First version that was seen to clean it before it sends a request (the borders lie somewhere between the versions
   * that were run); null: none does. Such a version is helped only where it was refused all the same.
   */
  readonly cleanedSince: Parts | null;
  /**
   * `always` poison · `perhaps`: the same content may be fine, so that it is mended only where the API has refused the
   * conversation or a person asks · `shrinks`: what cleans it keeps more of it than a mend can.
   */
  readonly is: 'always' | 'perhaps' | 'shrinks';
  /** The record without it; the same object where there is none in it. */
  clean(record: Json): Json;
}

/** One that is found in blocks of one type, each by itself. */
export interface BlockPoison extends Poison {
  readonly type: string;
  readonly mend: MendBlock;
}
