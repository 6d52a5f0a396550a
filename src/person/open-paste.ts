/**
 * A paste from its beginning to its end, which may come in several reads, or never. Its text goes into the box, unless
 * the agent will not get the rest of it. Pure.
 */
import type { Token } from '../terminal/vt/tokens.ts';
import type { Aside } from './aside.ts';
import type { Draft } from './draft.ts';
import { append } from './line.ts';
import { createPasteText } from './paste.ts';

export interface OpenPaste {
  /** It has begun and has not ended, as far as the agent may know. */
  readonly isOpen: boolean;
  /** Its end has not come in time. The line may have stalled, and the agent may still wait for the rest. */
  readonly isCutOff: boolean;
  read(token: Token, apply: Draft['change']): void;
  /** A piece of its text. */
  append(bytes: Uint8Array, apply: Draft['change']): void;
  end(): void;
  /**
   * The box has been put aside, so the rest goes there, too. A paste that is cut off ends.
   * @param isLost nothing is kept of what the box held
   */
  divert(isLost: boolean): void;
}

export function createOpenPaste(draft: Draft, aside: Aside): OpenPaste {
  let text: ReturnType<typeof createPasteText> | null = null;
  let into: 'line' | 'aside' | 'nowhere' = 'line';
  let isCutOff = false;

  function end(): void {
    text = null;
    into = 'line';
    isCutOff = false;
  }
  function add(bytes: Uint8Array, apply: Draft['change']): void {
    text ??= createPasteText();
    const piece = text.read(bytes);
    if (into === 'line') apply((one) => append(one, piece));
    if (into === 'aside' && !aside.pasted(piece)) into = 'nowhere';
  }
  return {
    get isOpen() {
      return text !== null;
    },
    get isCutOff() {
      return isCutOff;
    },
    read(token, apply) {
      if (token.type === 'paste') add(token.bytes, apply);
      else if (token.type === 'paste-begin') {
        end();
        text = createPasteText();
      } else if (token.length > 0 || into !== 'line') {
        if (text === null) draft.makeInexact(); // keys that came before may have been a part of it
        end();
      } else {
        isCutOff = true;
        draft.makeInexact();
      }
    },
    append: add,
    end,
    divert(isLost) {
      if (isCutOff) end();
      if (text !== null) into = isLost ? 'nowhere' : 'aside';
    },
  };
}
