import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chosenIncident,
  chosenSession,
  emptyModel,
  keyTable,
  type Model,
  type News,
  type Request,
  withKey,
  withNews,
} from '../../src/dashboard/model.ts';
import { details, footer, incidentRow, type Look, sessionRow, visible } from '../../src/dashboard/rows.ts';
import { sparkline } from '../../src/dashboard/sparkline.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import type { Status } from '../../src/records/status.ts';
import { displayWidth } from '../../src/words/columns.ts';
import { sampleIncident } from '../support/incident.ts';
import { sampleStatus } from '../support/status.ts';

const state = statePaths({ XDG_STATE_HOME: '/s' });
const nowMs = Date.parse('2026-01-01T00:01:00.000Z');
const session = (run: string, changes: Partial<Status> = {}, alive = true) => ({
  paths: runPaths(state, run),
  status: sampleStatus({ run, state: 'working', updated_at: new Date(nowMs).toISOString(), ...changes }),
  alive,
});
const news = (changes: Partial<News> = {}): News => ({
  nowMs,
  sessions: [session('a'), session('b', { state: 'paused' }), session('c', { state: 'ended' }, false)],
  incidents: [
    sampleIncident('a-1', { run: 'a' }),
    sampleIncident('a-2', { run: 'a' }),
    sampleIncident('b-1', { run: 'b' }),
  ],
  ...changes,
});

/** Presses keys one after the other; the last request comes back. */
function press(...keys: string[]): { model: Model; request: Request | null } {
  let change: { model: Model; request: Request | null } = {
    model: withNews(emptyModel, news()),
    request: null,
  };
  for (const key of keys) change = withKey(change.model, key);
  return change;
}

describe('keys', () => {
  test('choose a session; the ends hold', () => {
    expect(chosenSession(press().model)?.status.run).toBe('a');
    expect(chosenSession(press('down', 'j').model)?.status.run).toBe('c');
    expect(chosenSession(press('down', 'j', 'j', 'j').model)?.status.run).toBe('c');
    expect(chosenSession(press('down', 'k', 'up').model)?.status.run).toBe('a');
  });

  test('the chosen session stays chosen when another one comes before it', () => {
    const { model } = press('down');
    const later = withNews(model, news({ sessions: [session('0'), ...news().sessions] }));
    expect(chosenSession(later)?.status.run).toBe('b');
    expect(chosenSession(withNews(model, news({ sessions: [session('z')] })))?.status.run).toBe('z');
  });

  test('a way in and out: sessions, incidents (newest first), story', () => {
    expect(press('return').model.view).toBe('incidents');
    expect(chosenIncident(press('return').model)?.id).toBe('a-2');
    expect(press('return', 'down', 'return').model).toMatchObject({ view: 'story', incident: 'a-1' });
    expect(press('return', 'return', 'j', 'j', 'k').model.scroll).toBe(1);
    expect(press('return', 'return', 'escape').model.view).toBe('incidents');
    expect(press('return', 'return', 'escape', 'escape').model.view).toBe('sessions');
    expect(press('down', 'down', 'return', 'return').model.view).toBe('incidents'); // no incident to open
  });

  test.each(['n', 'r'])('%s touches the agent: only after y', (key) => {
    const command = key === 'n' ? 'nudge' : 'relaunch';
    expect(press(key)).toMatchObject({ request: null, model: { confirm: { command, run: 'a' } } });
    expect(press(key, 'y')).toMatchObject({ request: { type: 'send', command }, model: { confirm: null } });
    for (const other of ['return', 'q', 'escape', 'Y', 'n', 'x']) {
      expect(press(key, other)).toMatchObject({ request: null, model: { confirm: null, view: 'sessions' } });
    }
  });

  test('the command goes to the session that was named in the question', () => {
    const { model } = press('r');
    const changed = withNews(model, news({ sessions: [session('0'), ...news().sessions] }));
    const { request } = withKey(changed, 'y');
    expect(request?.type === 'send' && request.session.status.run).toBe('a');
    const gone = withNews(model, news({ sessions: [session('a', { state: 'ended' }, false)] }));
    expect(withKey(gone, 'y').request).toBeNull();
    const other = withNews(model, news({ sessions: [session('z')] })); // its folder was cleared away
    expect(withKey(other, 'y').request).toBeNull();
  });

  test('p pauses, and continues a paused one; an ended one is not asked', () => {
    expect(press('p').request).toMatchObject({ command: 'pause' });
    expect(press('down', 'p').request).toMatchObject({ command: 'continue' });
    for (const key of ['p', 'n', 'r']) {
      expect(press('down', 'down', key)).toMatchObject({
        request: null,
        model: { message: { text: 'this session has ended' } },
      });
    }
  });

  test('every key of the table does something where it is offered', () => {
    for (const { keys, views, action } of keyTable) {
      if (action === 'yes') continue;
      for (const key of keys) {
        for (const view of views) {
          const model = { ...press('down').model, view, scroll: 1, run: 'a', incident: 'a-2' };
          const before =
            action === 'up' && view !== 'story' ? { ...model, run: 'b', incident: 'a-1' } : model;
          const change = withKey(before, key);
          expect(change.request !== null || change.model !== before, `${key} in ${view}`).toBe(true);
        }
      }
    }
  });

  test('property: no sequence of keys and news breaks it, and a command always follows a y or a p', () => {
    const keys = [...keyTable.flatMap(({ keys }) => keys), 'x', ''];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...keys, 'NEWS', 'EMPTY')), (pressed) => {
        let model = withNews(emptyModel, news());
        for (const key of pressed) {
          if (key === 'NEWS') model = withNews(model, news());
          else if (key === 'EMPTY') model = withNews(model, news({ sessions: [], incidents: [] }));
          else {
            const change = withKey(model, key);
            if (change.request?.type === 'send') expect(['y', 'p']).toContain(key);
            model = change.model;
          }
          expect(model.scroll).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('lines', () => {
  const looks: Look[] = [
    { columns: 79, rows: 24, unicode: true, home: '/home/me' },
    { columns: 119, rows: 40, unicode: false, home: '/home/me' },
    { columns: 30, rows: 10, unicode: true, home: '' },
  ];
  const wild = news({
    sessions: [
      session('a', {
        cwd: '/home/me/日本語/プロジェクト',
        message: `x\x1b[2J${'y '.repeat(99)}`,
        tokens: 123_456,
        incidents: 2,
      }),
    ],
  });

  test.each(looks)('never wider than $columns, no control characters', (look) => {
    const model = withNews(emptyModel, wild);
    const [only] = model.sessions;
    const incident = sampleIncident('a-1', { run: 'a', class: `c${'!'.repeat(200)}` });
    const lines = [
      ...(only === undefined ? [] : [sessionRow(only, model, true, look)]),
      ...details(model, look),
      footer(model, look),
      incidentRow(incident, true, look),
    ];
    for (const line of lines) {
      expect(displayWidth(line)).toBeLessThanOrEqual(look.columns);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
  });

  test('a session that is over says how it continues, whichever agent it was', () => {
    const resume = ['env', 'GUARDED_CLAUDE_AGENT=codex', 'guarded-claude', 'resume', 'id'];
    const over = (changes: Partial<Status>) => {
      const { status, paths } = session('a', { state: 'ended', ...changes });
      return details(
        withNews(emptyModel, { ...wild, sessions: [{ paths, status, alive: false }] }),
        wide,
      ).join();
    };
    const wide = { columns: 200, rows: 40, unicode: true, home: '/home/me' };
    expect(over({ resume })).toContain(
      'ended; to go on: env GUARDED_CLAUDE_AGENT=codex guarded-claude resume id',
    );
    expect(over({ resume: null })).toContain('Next      over');
  });

  test('a countdown keeps running between two writes of the status', () => {
    const waiting = session('a', { state: 'waiting', attempt: { n: 2, of: 5, next_in_ms: 4_000 } });
    const at = (ms: number) => withNews(emptyModel, news({ sessions: [waiting], nowMs: nowMs + ms }));
    const [look] = looks;
    if (look === undefined) throw new Error('no look');
    expect(details(at(0), look).join()).toContain('attempt 2/5, next try in 4 s');
    expect(details(at(2_500), look).join()).toContain('next try in 2 s');
    expect(details(at(9_000), look).join()).toContain('next try in 0 s');
  });

  test('the line of a connection: silence lowers it, an idle agent has none', () => {
    const with_ = (silent_ms: number | null, changes: Partial<Status> = {}) =>
      news({ sessions: [session('a', { connection: { open: 1, silent_ms }, ...changes })] });
    let model = emptyModel;
    for (const silent of [100, 700, 3_000, 45_000]) model = withNews(model, with_(silent));
    model = withNews(model, with_(45_000, { state: 'idle' }));
    expect(model.silences.get('a')).toEqual([100, 700, 3_000, 45_000, null]);
    expect(sparkline(model.silences.get('a') ?? [], 6, true)).toBe(' █▇▅▁ ');
    expect(sparkline(model.silences.get('a') ?? [], 4, false)).toBe('*=_ ');
    expect(sparkline([], 3, true)).toBe('   ');
  });

  test('the chosen one is always in sight', () => {
    const things = Array.from({ length: 30 }, (_, index) => index);
    for (const chosen of things) expect(visible(things, chosen, 7)).toContain(chosen);
    expect(visible(things, 0, 100)).toEqual(things);
  });
});
