import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Api, lastPrompt, startApi } from '../../../src/drill/api/api.ts';
import { type FaultName, faultNames, faults } from '../../../src/drill/api/faults.ts';
import { call, say } from '../../../src/drill/api/scenario.ts';

let api: Api;
afterEach(() => api.stop());

const turn = (stream: boolean, messages: unknown = [{ role: 'user', content: 'hello' }]) => ({
  model: 'claude-drill',
  max_tokens: 4096,
  stream,
  tools: [{ name: 'Bash' }],
  messages,
});

interface Seen {
  readonly status: number | null;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** How the wire ended within the time given. */
  readonly end: 'complete' | 'reset' | 'closed' | 'silence' | 'refused';
}

/** A simple client, which gives up after `patienceMs` without an end. */
function fetchRaw(body: unknown, patienceMs = 400, path = '/v1/messages?beta=true'): Promise<Seen> {
  return new Promise((resolve) => {
    let status: number | null = null;
    let headers: IncomingMessage['headers'] = {};
    let text = '';
    const finish = (end: Seen['end']) => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve({ status, headers, body: text, end });
    };
    const failed = (error: NodeJS.ErrnoException) =>
      finish(
        error.code === 'ECONNREFUSED'
          ? 'refused'
          : error.code === 'ECONNRESET' && error.message !== 'aborted' && error.message !== 'socket hang up'
            ? 'reset'
            : 'closed',
      );
    const outgoing = httpRequest(api.url + path, { method: 'POST', agent: false }, (response) => {
      status = response.statusCode ?? null;
      headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => finish('complete'));
      response.on('error', failed);
    });
    const timer = setTimeout(() => finish('silence'), patienceMs);
    outgoing.on('error', failed);
    outgoing.end(JSON.stringify(body));
  });
}

const eventsOf = (body: string) => [...body.matchAll(/^event: (\S+)$/gm)].map((match) => match[1]);

describe('a healthy answer', () => {
  test('streams the events of the Messages API in order', async () => {
    api = await startApi();
    api.enqueue(call('Bash', { command: 'echo hi' }));
    const seen = await fetchRaw(turn(true), 5000);
    expect(seen).toMatchObject({ status: 200, end: 'complete' });
    const names = eventsOf(seen.body);
    expect(names[0]).toBe('message_start');
    expect(names.slice(-2)).toEqual(['message_delta', 'message_stop']);
    expect(names.filter((name) => name === 'content_block_start')).toHaveLength(2);
    const input = [...seen.body.matchAll(/"partial_json":("(?:[^"\\]|\\.)*")/g)]
      .map((match) => JSON.parse(match[1] ?? '""') as string)
      .join('');
    expect(JSON.parse(input)).toEqual({ command: 'echo hi' });
  });

  test('is one document when the request does not stream', async () => {
    api = await startApi();
    api.enqueue(call('Bash', { command: 'echo hi' }, 'Look:'));
    const seen = await fetchRaw(turn(false), 5000);
    expect(JSON.parse(seen.body)).toMatchObject({
      role: 'assistant',
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'tool_use', name: 'Bash', input: { command: 'echo hi' } },
      ],
    });
  });

  test('side requests do not use up the turn’s scenario', async () => {
    api = await startApi();
    api.enqueue(say('for the turn'));
    await fetchRaw({ model: 'claude-haiku-4-5', max_tokens: 500, stream: true, messages: [] }, 5000);
    const counted = await fetchRaw({ messages: [] }, 5000, '/v1/messages/count_tokens');
    expect(JSON.parse(counted.body)).toHaveProperty('input_tokens');
    expect((await fetchRaw(turn(true), 5000)).body).toContain('turn');
    expect(api.requests.map((request) => request.kind)).toEqual(['title', 'count', 'main']);
  });

  test('is recorded with its prompt, its connection and its end', async () => {
    api = await startApi();
    await fetchRaw(turn(true), 5000);
    const seen = await api.waitForRequest((request) => request.ended === 'complete');
    expect(lastPrompt(seen)).toBe('hello');
    expect(seen).toMatchObject({ number: 1, connection: 1, kind: 'main', method: 'POST' });
  });
});

/** What a simple client sees of each fault: status (null: none came), end of the wire, last event if any. */
const wire: Record<FaultName, [status: number | null, end: Seen['end'], lastEvent?: string]> = {
  'no-headers': [null, 'silence'],
  'headers-only': [200, 'silence'],
  'start-only': [200, 'silence', 'message_start'],
  'dead-mid-text': [200, 'silence', 'content_block_delta'],
  'dead-mid-thinking': [200, 'silence', 'content_block_delta'],
  'dead-mid-tool-input': [200, 'silence', 'content_block_delta'],
  'dead-after-tool': [200, 'silence', 'content_block_stop'],
  'pings-after-start': [200, 'silence', 'ping'],
  'pings-mid-text': [200, 'silence', 'ping'],
  'comments-only': [200, 'silence', 'message_start'],
  'no-message-stop': [200, 'silence', 'message_delta'],
  'slow-drip': [200, 'silence', 'content_block_delta'],
  'reset-at-once': [null, 'reset'],
  'reset-mid-text': [200, 'reset', 'content_block_delta'],
  'close-after-start': [200, 'closed', 'message_start'],
  'close-mid-text': [200, 'closed', 'content_block_delta'],
  'close-mid-tool-input': [200, 'closed', 'content_block_delta'],
  'close-after-tool': [200, 'closed', 'content_block_stop'],
  'error-500': [500, 'complete'],
  'error-529': [529, 'complete'],
  'error-401': [401, 'complete'],
  'error-404': [404, 'complete'],
  'error-429': [429, 'complete'],
  'usage-limit': [429, 'complete'],
  'error-400-pairing': [400, 'complete'],
  'error-400-too-long': [400, 'complete'],
  'sse-error-first': [200, 'complete', 'error'],
  'sse-error-mid-text': [200, 'complete', 'error'],
  'empty-200': [200, 'complete'],
  'html-200': [200, 'complete'],
  refused: [null, 'refused'],
  offline: [null, 'silence'],
};

describe('faults on the wire', () => {
  test.each(faultNames)('%s', { timeout: 20_000 }, async (name) => {
    api = await startApi();
    api.enqueue(faults[name].scenario);
    if (name === 'refused') await api.refuse();
    if (name === 'offline') await api.silence();
    const [status, end, lastEvent] = wire[name];
    const seen = await fetchRaw(turn(true), name === 'slow-drip' ? 2500 : end === 'silence' ? 1500 : 5000);
    expect({ status: seen.status, end: seen.end, lastEvent: eventsOf(seen.body).at(-1) }).toEqual({
      status,
      end,
      lastEvent,
    });
  });

  test('a usage limit carries the headers that the agent reads', async () => {
    api = await startApi();
    api.enqueue(faults['usage-limit'].scenario);
    const { headers } = await fetchRaw(turn(true), 5000);
    expect(headers).toMatchObject({
      'retry-after': '3600',
      'anthropic-ratelimit-unified-status': 'rejected',
    });
  });

  test('a silent fault also keeps a request without streaming waiting', async () => {
    api = await startApi();
    api.enqueue(faults['dead-mid-text'].scenario);
    expect(await fetchRaw(turn(false))).toMatchObject({ status: null, end: 'silence' });
  });

  test('the end of a request that the client abandoned is recorded', async () => {
    api = await startApi();
    api.enqueue(say('a long story', 10_000));
    await fetchRaw(turn(true), 100);
    const given = await api.waitForRequest((request) => request.ended !== null);
    expect(given.ended).toBe('abandoned');
  });
});

describe('the listener', () => {
  test.each(['refuse', 'silence'] as const)('comes back on the same port after %s', async (fault) => {
    api = await startApi();
    const open = connect(api.port, '127.0.0.1');
    await once(open, 'connect');
    open.on('error', () => {}); // the reset that this is about
    const lost = new Promise((resolve) => open.once('close', resolve));
    await api[fault]();
    await lost;
    await api.reopen();
    expect(await fetchRaw(turn(true), 5000)).toMatchObject({ status: 200, end: 'complete' });
  });
});
