/** Sums up frequent events, because every event is journalled. */

const periodMs = 500;

/** Reports the first amount at once, then the sum at most once per period. */
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
