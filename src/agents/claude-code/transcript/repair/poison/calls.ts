/** Tool calls that nobody can process: the model, or a truncated stream, has produced something malformed. */
import { isRecord } from '../../../../common/json.ts';
import { inBlocks } from './content.ts';
import type { BlockPoison } from './kind.ts';

/** The API's limit, in characters. */
const maxNameLength = 200;
/** Enough to recognise the name. */
const keptNameLength = 64;

export const toolName: BlockPoison = {
  kind: 'tool name',
  words: {
    one: 'one tool call has a name that is too long for the API',
    many: '# tool calls have a name that is too long for the API',
    done: 'shortened',
  },
  cleanedSince: [2, 1, 329],
  is: 'always',
  ...inBlocks('tool_use', (call) => {
    const { name } = call;
    if (typeof name !== 'string' || name.length <= maxNameLength) return call;
    return { ...call, name: name.replace(/[^\w-]+/g, '_').slice(0, keptNameLength) };
  }),
};

export const toolInput: BlockPoison = {
  kind: 'tool input',
  words: {
    one: 'the input of one tool call is not an object',
    many: 'the inputs of # tool calls are not objects',
    done: 'replaced by one',
  },
  cleanedSince: null,
  is: 'always',
  ...inBlocks('tool_use', (call) => {
    const { input } = call;
    if (isRecord(input)) return call;
    const isNothing = input === undefined || input === null || input === '';
    return {
      ...call,
      input: isNothing || (Array.isArray(input) && input.length === 0) ? {} : { raw: input },
    };
  }),
};

const isShown = (path: unknown) => path === undefined || path === null || typeof path === 'string';

/** No API refuses this, but the agent's own display crashes on it. */
export const toolPath: BlockPoison = {
  kind: 'tool path',
  words: {
    one: 'one tool call names a path that is not a string, which the agent cannot show',
    many: '# tool calls name paths that are not strings, which the agent cannot show',
    done: 'converted to one',
  },
  cleanedSince: [2, 1, 263],
  is: 'always',
  ...inBlocks('tool_use', (call) => {
    const { input } = call;
    if (!isRecord(input)) return call;
    const wrong = ['file_path', 'notebook_path', 'path'].filter((name) => !isShown(input[name]));
    if (wrong.length === 0) return call;
    const texts = wrong.map((name) => [name, JSON.stringify(input[name])] as const);
    return { ...call, input: { ...input, ...Object.fromEntries(texts) } };
  }),
};
