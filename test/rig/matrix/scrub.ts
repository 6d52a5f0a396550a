/**
 * A journal as a fixture. It holds no screen text, prompt or secret by design; what is left of one machine are paths,
 * ids and process numbers, which are replaced by others of the same kind, the same ones by the same ones.
 */
const home = /\/[^"]*?guarded-claude-drill-[A-Za-z0-9]+/g;
const slug = /-[A-Za-z0-9-]*?guarded-claude-drill-[A-Za-z0-9]+/g;
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export function scrubJournal(text: string): string {
  const ids = new Map<string, string>();
  const idFor = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    const fresh = `00000000-0000-4000-8000-${String(ids.size + 1).padStart(12, '0')}`;
    ids.set(id, fresh);
    return fresh;
  };
  return text
    .replace(home, '/drill')
    .replace(slug, '-drill')
    .replace(uuid, idFor)
    .replace(/"pid":\d+/g, '"pid":1')
    .replace(/"wall_ms":\d+/g, '"wall_ms":0')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
}
