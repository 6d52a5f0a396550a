/** Every event is journalled, so that a frequent one must be summed up. */

const periodMs = 500;

/** Sums up and tells at once, then at most once per period. */
export function coalesce(tell: (sum: number) => void): (amount: number) => void {
  let sum = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (sum === 0) return;
    timer = setTimeout(flush, periodMs).unref();
    const told = sum;
    sum = 0;
    tell(told);
  };
  return (amount) => {
    sum += amount;
    if (!timer) flush();
  };
}
