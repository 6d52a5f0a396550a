/** The person's own template for the prompt: `prompt.md` in the configuration folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkTemplate } from './prompt.ts';

export interface LoadedTemplate {
  /** Null: use the default. */
  readonly template: string | null;
  /** What to tell the person; null if all is well. */
  readonly warning: string | null;
}

export async function loadTemplate(configFolder: string): Promise<LoadedTemplate> {
  const path = join(configFolder, 'prompt.md');
  try {
    const template = await readFile(path, 'utf8');
    const fault = checkTemplate(template);
    return fault === null
      ? { template, warning: null }
      : { template: null, warning: `${path}: ${fault}. The built-in prompt is used.` };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { template: null, warning: null };
    const detail = error instanceof Error ? error.message : String(error);
    return { template: null, warning: `${path}: ${detail}. The built-in prompt is used.` };
  }
}
