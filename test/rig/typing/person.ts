/** The person: types what comes to mind, with slips, line breaks and pastes, and presses Enter when it is well. */
import type { Chance } from '../chance.ts';
import { answer } from './agent.ts';
import type { Guard } from './guard.ts';
import { type Ledger, slip } from './ledger.ts';
import type { SimulatedTime } from './time.ts';

/** Before Enter and after it, the person looks at the screen. */
const looksMs = 800;

/** The length of what stands before a paste and after it. A terminal sends each in one go, or nearly so. */
const marker = 6;

export function sitDown(
  time: SimulatedTime,
  guard: Guard,
  ledger: Ledger,
  draw: Chance,
  until: number,
): void {
  const typesBlindly = draw.happens(0.5);
  const wait = (low: number, high: number) =>
    new Promise<void>((resolve) => void time.after(draw.magnitude(low, high), resolve));
  const send = (bytes: string): void => {
    ledger.note(`person: ${JSON.stringify(bytes)}`);
    guard.read(Buffer.from(bytes));
  };
  const sees = () => guard.agent().seen().facts.activity;
  /** Nobody types at a question that is on the screen, and few at a screen without a box. */
  const canType = () => guard.agent().isAlive() && ['idle', 'busy'].includes(sees());

  async function settleQuestion(): Promise<void> {
    while (guard.agent().asks() && sees() === 'dialog') {
      await wait(2_000, 20_000);
      if (guard.agent().asks() && sees() === 'dialog') {
        send(answer);
        if (guard.keptBytes() > 0) ledger.swallowed(''); // the agent is being ended, so the next one's box gets it
      }
      // Types on as soon as the question is gone.
      for (let looks = 0; looks < 20 && sees() === 'dialog'; looks++) await wait(30, 60);
    }
  }
  async function type(text: string): Promise<void> {
    for (const character of text) {
      await settleQuestion();
      send(character);
      await wait(20, 200);
    }
  }
  async function paste(): Promise<void> {
    const lines = Array.from({ length: draw.between(1, 9) }, () => ledger.nextUnit());
    const whole = `\x1b[200~${lines.join('\r')}\x1b[201~`;
    for (let at = 0; at < whole.length; ) {
      const next = draw.happens(0.7) ? whole.length : at + draw.between(2, whole.length);
      send(whole.slice(at, next));
      at = next;
      const isWithinText = at > marker && at < whole.length - marker;
      if (at < whole.length) await wait(1, isWithinText ? 3_000 : 10);
    }
  }
  async function compose(): Promise<void> {
    for (let pieces = draw.between(1, 6); pieces > 0; pieces--) {
      const what = draw.weighted([
        [6, 'words'],
        [2, 'paste'],
        [1, 'break'],
        [2, 'slip'],
        [1, 'focus'],
        [1, 'thinks'],
      ] as const);
      if (what === 'words') await type(`${ledger.nextUnit()} `);
      else if (what === 'paste') await paste();
      else if (what === 'break') send('\x1b\r');
      else if (what === 'focus') send(draw.pick(['\x1b[I', '\x1b[O']));
      else if (what === 'thinks') await wait(1_000, 10_000);
      else {
        send(slip);
        await wait(80, 600);
        ledger.deletes();
        send('\x7f');
      }
      await wait(30, 1_000);
      if (!canType() && !typesBlindly) return;
    }
  }
  async function sit(): Promise<void> {
    await wait(4_000, 8_000);
    while (time.now() < until) {
      await settleQuestion();
      if (canType() || (typesBlindly && sees() !== 'dialog')) {
        await compose();
        await wait(looksMs, 5_000);
        if (draw.happens(0.8) && (canType() || (typesBlindly && sees() !== 'dialog'))) {
          ledger.enterPressed();
          send('\r');
          await wait(looksMs, 3_000);
        }
        if (guard.agent().isWorking() && sees() === 'busy' && draw.happens(0.1)) send('\x1b');
      }
      await wait(300, 20_000);
    }
    // Whoever leaves answers what is asked.
    for (;;) {
      await wait(1_000, 3_000);
      await settleQuestion();
    }
  }
  void sit();
}
