/** Numbers as the agent prints them. */

/** `↓ 4.8k tokens` as 4800. */
export function tokensOf(text: string): number | undefined {
  const [, number, unit] = /([\d.,]+)(k|m)? tokens/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const factor = { k: 1_000, m: 1_000_000 }[unit?.toLowerCase() ?? ''] ?? 1;
  return Math.round(Number(number.replaceAll(',', '')) * factor);
}
