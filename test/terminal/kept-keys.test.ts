/** Keys of the time in which no agent may have them: kept in order, told to the observers, handed out once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Output } from '../../src/terminal/output.ts';
import { createPassthrough } from '../../src/terminal/passthrough.ts';
import type { Pty } from '../../src/terminal/pty.ts';

function played() {
  const written: string[] = [];
  const heard: string[] = [];
  const output = { write: () => true } as unknown as Output;
  const passthrough = createPassthrough(output, {
    pauseInput: () => {},
    observe: () => {},
    passing: () => {},
    passed: () => {},
  });
  passthrough.observeKeys((tokens) => {
    for (const token of tokens ?? []) {
      if (token.type === 'text' || token.type === 'paste') heard.push(Buffer.from(token.bytes).toString());
      else if (token.type === 'control') heard.push(String.fromCharCode(token.byte));
    }
  });
  const pty = {
    write: (bytes: Buffer) => written.push(bytes.toString()) > 0,
    onOutput: () => {},
    onInputBlocked: () => {},
    onInputDrained: () => {},
  } as unknown as Pty;
  return { passthrough, pty, written, heard };
}

test('whoever takes them has been told of them', () => {
  const { passthrough, heard } = played();
  passthrough.fromPerson(Buffer.from('typed while away'));
  expect(passthrough.takeKept().toString()).toBe('typed while away');
  expect(heard.join('')).toBe('typed while away');
  expect(passthrough.takeKept()).toHaveLength(0);
});

test('whatever is held, let go, taken and attached: each key goes one way, in order, and all are told', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('type' as const), keys: fc.stringMatching(/^[a-z\r]{1,4}$/) }),
    fc.record({ do: fc.constantFrom('attach', 'detach', 'hold', 'release', 'take') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { passthrough, pty, written, heard } = played();
      const out: string[] = [];
      let typed = '';
      const drain = () => out.push(...written.splice(0));
      for (const one of steps) {
        if (one.do === 'type') {
          typed += one.keys;
          passthrough.fromPerson(Buffer.from(one.keys));
        } else if (one.do === 'attach') {
          out.push(passthrough.takeKept().toString()); // as a launch does it
          passthrough.attach(pty);
        } else if (one.do === 'detach') passthrough.detach();
        else if (one.do === 'take') out.push(passthrough.takeKept().toString());
        else passthrough.hold(one.do === 'hold');
        drain();
      }
      out.push(passthrough.takeKept().toString());
      expect(out.join('')).toBe(typed);
      expect(heard.join('')).toBe(typed);
    }),
  );
});
