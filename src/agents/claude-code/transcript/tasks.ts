/**
 * The model's own to-do list, derived from its calls. In older versions, `TodoWrite` replaces the whole list. In newer
 * ones, `TaskCreate` and `TaskUpdate` change one item; the id of a new task is in the result.
 */
import type { Todo } from '../../../recover/snapshot.ts';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import { blocksOf, messageOf } from '../message.ts';

export interface TaskList {
  /** Takes one record of the main conversation, in file order. */
  read(record: Json): void;
  list(): readonly Todo[];
}

export function createTaskList(): TaskList {
  let written: readonly Todo[] = [];
  const tasks = new Map<string, Todo>();

  const readCall = (tool: string | null, input: Json) => {
    if (tool === 'TodoWrite' && Array.isArray(input.todos))
      written = input.todos.filter(isRecord).map(toTodo);
    const id = textOf(input, 'taskId');
    const known = id === null ? undefined : tasks.get(id);
    if (tool !== 'TaskUpdate' || id === null || known === undefined) return;
    const status = textOf(input, 'status') ?? known.status;
    if (status === 'deleted') tasks.delete(id);
    else tasks.set(id, { content: textOf(input, 'subject') ?? known.content, status });
  };

  return {
    read(record) {
      if (record.type === 'assistant')
        for (const block of blocksOf(messageOf(record)))
          if (block.type === 'tool_use' && isRecord(block.input))
            readCall(textOf(block, 'name'), block.input);
      const result = isRecord(record.toolUseResult) ? record.toolUseResult : null;
      const created = isRecord(result?.task) ? result.task : null;
      const id = created && textOf(created, 'id');
      const subject = created && textOf(created, 'subject');
      if (id && subject && !tasks.has(id)) tasks.set(id, { content: subject, status: 'pending' });
    },
    list: () => [...written, ...tasks.values()],
  };
}

const toTodo = (todo: Json): Todo => ({
  content: textOf(todo, 'content') ?? '',
  status: textOf(todo, 'status') ?? 'pending',
});
