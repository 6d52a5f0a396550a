import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { takeOrders } from '../../src/service/orders.ts';

function orders() {
  const source = new EventEmitter();
  const told: string[] = [];
  return { source, told, orders: takeOrders(source), tell: (signal: string) => void told.push(signal) };
}

describe('a signal that nobody was told', () => {
  test('as the agent has just ended: whoever waits next gets it', async () => {
    const { source, orders: taken, tell, told } = orders();
    taken.pass(tell)();
    source.emit('SIGTERM');
    expect(await taken.next()).toBe('SIGTERM');
    expect(told).toEqual([]);
  });

  test('as the agent is being started: it is told first', () => {
    const { source, orders: taken, tell, told } = orders();
    source.emit('SIGINT');
    taken.pass(tell);
    expect(told).toEqual(['SIGINT']);
  });
});

test('a Ctrl+C reaches a running agent without our help', () => {
  const { source, orders: taken, tell, told } = orders();
  taken.pass(tell);
  source.emit('SIGINT');
  source.emit('SIGTERM');
  expect(told).toEqual(['SIGTERM']);
});

test('one that comes while it is waited for is the one', async () => {
  const { source, orders: taken } = orders();
  const next = taken.next();
  source.emit('SIGHUP');
  expect(await next).toBe('SIGHUP');
});
