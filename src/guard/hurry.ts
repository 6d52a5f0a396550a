/** Turns the loop more often while something is being cured; otherwise the clock's own pace is enough. */
import type { Loop } from './loop.ts';

const hurryMs = 250;

/** Returns what ends it. */
export function hurry(loop: Loop): () => void {
  const timer = setInterval(() => {
    const { name, cure } = loop.state();
    if (name !== 'watching' || cure !== null) loop.emit({ type: 'tick' });
  }, hurryMs);
  return () => clearInterval(timer);
}
