/** Reads JSON that others wrote, in which any field may be missing or of another type. */

export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null if the text is not a JSON object. A byte order mark at the start is ignored. */
export function parseRecord(text: string): Json | null {
  try {
    const read: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(read) ? read : null;
  } catch {
    return null;
  }
}

/** The text in a field; null if there is none or it is empty. */
export function textOf(record: Json, field: string): string | null {
  const value = record[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
