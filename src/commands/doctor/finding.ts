/** One finding of the doctor. */
export interface Finding {
  readonly check: string;
  /** `warning`: the guard works with less. `problem`: it does not work. `note`: nothing to do. */
  readonly state: 'ok' | 'note' | 'warning' | 'problem';
  readonly detail: string;
  /** What the person can do about it; null if nothing has to be done. */
  readonly remedy: string | null;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, remedy: null });
export const note = (check: string, detail: string): Finding => ({
  check,
  state: 'note',
  detail,
  remedy: null,
});
export const warning = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  detail,
  remedy,
});
export const problem = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: 'problem',
  detail,
  remedy,
});

/** Turns an unexpected failure of a check into a finding, so that the other checks go on. */
export async function guarded(check: string, find: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await find();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return problem(check, `could not be checked: ${detail}`, 'report this with the text above');
  }
}
