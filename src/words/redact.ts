/**
 * Removes from a text what reveals who and where, for reports that are pasted in public. The texts are our own, with
 * names, paths and hosts in them, so a list of patterns is enough. Pure.
 */
export interface Private {
  readonly home: string;
  readonly user: string;
  /** The project's folder. */
  readonly folder: string | null;
}

/** Hosts of API vendors say nothing about the person. */
const publicHost =
  /(^|\.)(anthropic\.com|claude\.ai|claude\.com|amazonaws\.com|googleapis\.com|openai\.com)$/i;
const fileName = /\.(cast|jsonl?|[jt]sx?|md|log|sock|toml|ya?ml|txt|sh)$/i;

const patterns: readonly (readonly [RegExp, (match: string) => string])[] = [
  [/\b(sk|pk|ghp|gho|xox[abp])[-_][\w-]{8,}/g, () => '<key>'],
  [/\/\/[^/\s@]+@/g, () => '//<credentials>@'],
  [/\b[\w.+-]+@[\w-]+(\.[\w-]+)+\b/g, () => '<address>'],
  [
    /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
    (match) => `${match.slice(0, 8)}…`,
  ],
  [/\b(?!127\.)\d{1,3}(\.\d{1,3}){3}\b/g, () => '<ip>'],
  [
    /\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b/gi,
    (match) => (publicHost.test(match) || fileName.test(match) ? match : '<host>'),
  ],
];

export function redact(text: string, { home, user, folder }: Private): string {
  let result = text;
  if (folder !== null && folder.length > 1) result = result.replaceAll(folder, '<project>');
  if (home.length > 1) result = result.replaceAll(home, '~');
  for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
  if (user.length > 2 && user !== 'root')
    result = result.replace(new RegExp(`(?<!\\w)${literal(user)}(?!\\w)`, 'g'), '<user>');
  return result;
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
