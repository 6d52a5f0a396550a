/** Checks that a value from a file has the form that its reader needs: another version may have written it. */

export type Shape = (value: unknown) => boolean;

export const isText: Shape = (value) => typeof value === 'string';
export const isNumber: Shape = (value) => Number.isFinite(value);
/** A time in ISO 8601. */
export const isMoment: Shape = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
export const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);
export const valuesOf =
  (shape: Shape): Shape =>
  (value) =>
    isRecord(value) && Object.values(value).every(shape);
export const fieldsOf =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    isRecord(value) && Object.entries(shapes).every(([name, shape]) => shape(value[name]));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
