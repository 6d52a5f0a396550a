import { expect, test } from 'vitest';
import { incidentRecord } from '../../src/records/incident-record.ts';

test('an incident of the core becomes the record of the contract', () => {
  const record = incidentRecord(
    {
      number: 3,
      class: 'dead-stream',
      beganAt: 0,
      detectedAt: 30_000,
      endedAt: 31_000,
      evidence: ['silent'],
      actions: [{ action: 'cut', at: 30_001, detail: 'x' }],
      outcome: 'recovered',
    },
    {
      run: 'r',
      sessionId: 's',
      agentVersion: '2.1.329',
      wallMs: (at) => Date.parse('2026-01-01T00:00:00Z') + at,
    },
  );
  expect(record).toEqual({
    id: 'r-3',
    run: 'r',
    session_id: 's',
    agent_version: '2.1.329',
    class: 'dead-stream',
    began_at: '2026-01-01T00:00:00.000Z',
    detected_at: '2026-01-01T00:00:30.000Z',
    ended_at: '2026-01-01T00:00:31.000Z',
    evidence: ['silent'],
    actions: [{ action: 'cut', at: '2026-01-01T00:00:30.001Z', detail: 'x' }],
    outcome: 'recovered',
  });
});
