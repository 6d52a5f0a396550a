import { onExit } from 'signal-exit';
import { emptyModel, withNews } from '../dashboard/model.ts';
import { newsOf } from '../dashboard/news.ts';
import { createStore } from '../dashboard/store.ts';
import { ownerOf } from '../platform/owner.ts';
import { statePaths } from '../platform/paths.ts';
import { parse } from './arguments.ts';
import { print, style } from './output.ts';

const enterScreen = '\x1b[?1049h\x1b[H';
const leaveScreen = '\x1b[?1049l';

/** `guardctl watch [--plain]`: all sessions, live. */
export async function run(args: readonly string[]): Promise<number> {
  const { options } = parse(args, ['plain'], 0);
  const look = style();
  const state = statePaths(process.env);
  const source = newsOf(state);
  const { home } = ownerOf(process.env);
  if (options.plain || !look.control || !process.stdin.isTTY) {
    const { watchPlain } = await import('../dashboard/plain.ts');
    await watchPlain({ state, source, style: look, home, print, input: process.stdin });
    process.stdin.destroy();
    return 0;
  }
  process.env.NODE_ENV ??= 'production'; // react's development build constantly checks itself
  // Loaded only here, because both together take a third of a second.
  const [{ render }, { createElement }, { App }] = await Promise.all([
    import('ink'),
    import('react'),
    import('../dashboard/app.tsx'),
  ]);
  process.stdout.write(enterScreen);
  const leave = (): void => void process.stdout.write(leaveScreen);
  const forget = onExit(leave); // also restores the terminal if a signal ends us
  const store = createStore(withNews(emptyModel, source.read()));
  const stop = source.subscribe((news) => store.set(withNews(store.get(), news)));
  try {
    const app = render(createElement(App, { state, store, style: look, home }), { patchConsole: false });
    await app.waitUntilExit();
  } finally {
    stop();
    forget();
    leave();
  }
  return 0;
}
