/** Program status (OSC 7501): reports what the agent does, once the terminal has answered that it understands this. */

export type Status = 'idle' | 'working' | 'blocked' | 'done' | 'error' | 'clear';

export interface StatusReporter {
  ask(): void;
  /** The terminal has answered. */
  answered(): void;
  report(status: Status, fields?: { readonly kind?: string; readonly message?: string }): void;
}

export function createStatusReporter(write: (bytes: string) => void): StatusReporter {
  let heard = false;
  let last = 'state=idle:app=claude-code';
  const send = () => write(`\x1b]7501;${last}\x1b\\`);
  return {
    ask: () => write('\x1b]7501;?\x1b\\'),
    answered() {
      if (heard) return;
      heard = true;
      send();
    },
    report(status, fields = {}) {
      const kind = fields.kind ? `:kind=${fields.kind}` : '';
      const message = fields.message ? `:msg=${Buffer.from(fields.message).toString('base64')}` : '';
      const next = status === 'clear' ? 'state=clear' : `state=${status}:app=claude-code${kind}${message}`;
      if (next === last) return;
      last = next;
      if (heard) send();
    },
  };
}
