/** Blocks with nothing in them. */
import type { Json } from '../../../../common/json.ts';
import { inBlocks } from './content.ts';
import type { BlockPoison } from './kind.ts';

const isBlank = (block: Json) =>
  block.type === 'text' && typeof block.text === 'string' && block.text.trim() === '';

const isBlankThinking = (block: Json) => block.type === 'thinking' && block.thinking === '';

export const isEmpty = (block: Json): boolean => isBlank(block) || isBlankThinking(block);

export const emptyText: BlockPoison = {
  kind: 'empty text',
  words: {
    one: 'one record holds an empty text',
    many: '# records hold empty texts',
    done: 'left out, or marked as empty where nothing else is left',
  },
  // 2.1.38 and 2.1.329 leave out empty texts in messages, but no version leaves out those in results.
  cleanedSince: null,
  is: 'always',
  ...inBlocks('text', (block) => (isBlank(block) ? null : block)),
};

/** Not always poison: an API that hides its thinking returns it empty with a signature, and accepts it back. */
export const emptyThinking: BlockPoison = {
  kind: 'empty thinking',
  words: {
    one: 'one record holds empty thinking',
    many: '# records hold empty thinking',
    done: 'left out',
  },
  cleanedSince: null,
  is: 'perhaps',
  ...inBlocks('thinking', (block) => (isBlankThinking(block) ? null : block)),
};
