import { appendFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { transcriptSensor } from '../../src/sensors/transcript.ts';
import { temporaryFolder } from '../support/folder.ts';

vi.mock('node:fs/promises', { spy: true });

const tooMany = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });

const read = (record: unknown): readonly Observation[] => [
  { type: 'session.ended', reason: String((record as { n: unknown }).n) },
];
const record = (n: unknown, type = 'user') => `${JSON.stringify({ n, type, uuid: `uuid of ${n}` })}\n`;
const line = (n: unknown) => `${JSON.stringify({ n })}\n`;

function started(find: (id: string) => string | null = () => null, pollMs = 50) {
  const folder = temporaryFolder();
  const told: string[] = [];
  const sensor = transcriptSensor({ read, find: async (id) => find(id), pollMs });
  sensor.start((each) => told.push(each.type === 'session.ended' ? each.reason : each.type));
  onTestFinished(() => sensor.stop());
  const comes = (...expected: readonly string[]) =>
    vi.waitFor(() => expect(told).toEqual(expected), { timeout: 5_000, interval: 20 });
  return { folder, told, sensor, comes, path: (name: string) => join(folder, name) };
}

it('reports what is new in an existing file', async () => {
  const { sensor, comes, path } = started();
  writeFileSync(path('a'), line('old'));
  await sensor.follow('a', path('a'));
  appendFileSync(path('a'), line('new'));
  await comes('new');
});

it('reports everything in a file that appears later', async () => {
  const { sensor, comes, path } = started();
  await sensor.follow('a', path('a'));
  writeFileSync(path('a'), line(1) + line(2));
  await comes('1', '2');
});

it('takes an existing file for one even if it cannot be opened at first, and says so', async () => {
  const { sensor, comes, path } = started();
  writeFileSync(path('a'), line('old'));
  vi.mocked(open).mockRejectedValueOnce(tooMany);
  await sensor.follow('a', path('a'));
  appendFileSync(path('a'), line('new'));
  await comes('sensor.failed', 'new');
});

it('reports everything in a file that appeared later, even if it cannot be opened at first', async () => {
  const { sensor, comes, path } = started();
  await sensor.follow('a', path('a'));
  vi.mocked(open).mockRejectedValueOnce(tooMany);
  writeFileSync(path('a'), line(1));
  await comes('sensor.failed', '1');
});

it('moves to the next session even if the last lines of the one before cannot be read, and says so', async () => {
  const { sensor, comes, path } = started(undefined, 600_000);
  writeFileSync(path('a'), '');
  await sensor.follow('a', path('a'));
  appendFileSync(path('a'), line('a'));
  vi.mocked(open).mockRejectedValueOnce(tooMany);
  await sensor.follow('b', path('b'));
  writeFileSync(path('b'), line('b'));
  sensor.readOn();
  await comes('sensor.failed', 'b');
});

it('looks again when told to', async () => {
  const { sensor, comes, path } = started(undefined, 600_000);
  await sensor.follow('a', path('a'));
  writeFileSync(path('a'), line(1));
  sensor.readOn();
  await comes('1');
});

it('keeps a line until its end has arrived, even within a character', async () => {
  const { sensor, comes, path } = started();
  await sensor.follow('a', path('a'));
  const bytes = Buffer.from(line('é✻'));
  const middle = bytes.indexOf('✻') + 1;
  writeFileSync(path('a'), Buffer.concat([Buffer.from(line('first')), bytes.subarray(0, middle)]));
  await comes('first');
  appendFileSync(path('a'), bytes.subarray(middle));
  await comes('first', 'é✻');
});

it('skips a torn line', async () => {
  const { sensor, comes, path } = started();
  await sensor.follow('a', path('a'));
  writeFileSync(path('a'), `{"n":\n\0\0\0\n${line('whole')}`);
  await comes('whole');
});

it('moves to the next session after the last lines of the one before', async () => {
  const { sensor, comes, path } = started();
  writeFileSync(path('a'), '');
  await sensor.follow('a', path('a'));
  appendFileSync(path('a'), line('a'));
  sensor.follow('b', path('b'));
  await comes('a');
  writeFileSync(path('b'), line('b'));
  await comes('a', 'b');
  appendFileSync(path('a'), line('late'));
  appendFileSync(path('b'), line('b2'));
  await comes('a', 'b', 'b2');
});

it('finds the session’s file by itself', async () => {
  const { sensor, comes, path } = started((id) => path(id));
  await sensor.follow('a', null);
  writeFileSync(path('a'), line('found'));
  await comes('found');
});

it('does not report a file again if a shorter one has replaced it', async () => {
  const { sensor, comes, path } = started();
  writeFileSync(path('a'), line('a long line of old text'));
  await sensor.follow('a', path('a'));
  writeFileSync(path('a'), line('cut'));
  await sensor.follow('a', path('a'));
  appendFileSync(path('a'), line('new'));
  await comes('new');
});

it('reports a record once, however often it is written', async () => {
  const { sensor, comes, path } = started();
  writeFileSync(path('a'), record('old') + record('older'));
  await sensor.follow('a', path('a'));
  appendFileSync(path('a'), record('old') + record('new') + record('older') + record('new'));
  appendFileSync(path('a'), record('end'));
  await comes('new', 'end');
});

it('takes records of two types for two, even with the same id', async () => {
  const { sensor, comes, path } = started();
  await sensor.follow('a', path('a'));
  writeFileSync(path('a'), record('same', 'queue-operation') + record('same', 'user'));
  await comes('same', 'same');
});

it('loses nothing of a file that is rewritten in place, longer, in the middle of a reading', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a');
  const long = `3 ${'and more words than it had before '.repeat(10)}`;
  const told: string[] = [];
  const sensor = transcriptSensor({ read, find: async () => null, pollMs: 50 });
  sensor.start((each) => {
    if (each.type !== 'session.ended') return;
    told.push(each.reason);
    if (each.reason === 'taken back') writeFileSync(path, record(1) + record(2) + record(long));
  });
  onTestFinished(() => sensor.stop());
  await sensor.follow('a', path);
  writeFileSync(path, record(1) + record(2) + record('taken back'));
  await vi.waitFor(() => expect(told).toEqual(['1', '2', 'taken back', long]), { timeout: 5_000 });
});

it.each([
  ['shorter', ''],
  ['longer', 'and with many more words than it had before it was rewritten'],
])('goes on after the last known record of a file that was rewritten in place, %s', async (_, more) => {
  const { sensor, comes, path } = started();
  await sensor.follow('a', path('a'));
  writeFileSync(path('a'), record(1) + record(2) + record('taken back'));
  await comes('1', '2', 'taken back');
  writeFileSync(path('a'), record(1) + record(2) + record(`3${more}`));
  await sensor.follow('a', path('a'));
  await comes('1', '2', 'taken back', `3${more}`);
  appendFileSync(path('a'), record(4));
  await comes('1', '2', 'taken back', `3${more}`, '4');
});
