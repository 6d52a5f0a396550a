/** Reads JSON that others wrote: every field may be missing or of another type. */

export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Ignores a byte order mark at the start. */
export function parseRecord(text: string): Json | null {
  try {
    const read: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(read) ? read : null;
  } catch {
    return null;
  }
}

/** The text in a field; null if there is none. */
export function textOf(record: Json, field: string): string | null {
  const value = record[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
