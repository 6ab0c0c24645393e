import { expect, test } from 'vitest';
import { type Endpoint, type EndpointPulse } from '#contracts';
import { ManualClock } from '#testing';
import { EndpointBoard } from './endpoint-board.js';

const PULSE: EndpointPulse = {
  health: 'healthy',
  breaker: 'closed',
  connections: 2,
  firstTokenMs: 300,
  interTokenMs: null,
  errorRate: 0,
  seenAtMs: 1_000,
};

const ENDPOINT = { id: 'e', provider: 'p', declared: null } as Endpoint;

function setup(...pulses: Partial<EndpointPulse>[]) {
  const clock = new ManualClock();
  const board = new EndpointBoard(clock);
  const hear = (id: number, pulse: Partial<EndpointPulse>) => {
    const provider = { strategy: 's', sessions: 5, endpoints: { e: { ...PULSE, ...pulse } }, keys: {} };
    board.hear({ processId: `w${id}`, providers: { p: provider } });
  };
  pulses.forEach((pulse, i) => hear(i, pulse));
  return { clock, board, hear };
}

test('what nobody has called is healthy', () => {
  expect(setup().board.stateOf(ENDPOINT)).toEqual({
    health: 'healthy',
    connections: 0,
    breakers: { closed: 0, 'half-open': 0, open: 0 },
    firstTokenMs: null,
    interTokenMs: null,
    errorRate: 0,
    seenAt: null,
  });
});

test('adds up the workers', () => {
  const { board } = setup(
    {},
    { connections: 3, firstTokenMs: 500, errorRate: 0.5, seenAtMs: 2_000, breaker: 'open' },
  );
  expect(board.stateOf(ENDPOINT)).toMatchObject({
    connections: 5,
    breakers: { closed: 1, open: 1 },
    firstTokenMs: 400,
    interTokenMs: null,
    errorRate: 0.25,
    seenAt: new Date(2_000),
  });
  expect([board.processes, board.sessionsOf('p'), board.sessionsOf('q')]).toEqual([2, 10, 0]);
});

test.each([
  [['healthy', 'healthy'], 'healthy'],
  [['healthy', 'unhealthy'], 'degraded'],
  [['degraded', 'healthy'], 'degraded'],
  [['unhealthy', 'unhealthy'], 'unhealthy'],
] as const)('%j together are %s', (healths, together) => {
  const { board } = setup(...healths.map((health) => ({ health })));
  expect(board.stateOf(ENDPOINT).health).toBe(together);
  expect(board.stateOf({ ...ENDPOINT, declared: 'degraded' }).health).toBe('degraded');
});

test('a worker counts once, and not at all when it is silent', () => {
  const { clock, board, hear } = setup({}, {});
  clock.advance(3_000);
  hear(0, { connections: 7 });
  expect(board.stateOf(ENDPOINT).connections).toBe(9);
  clock.advance(2_001);
  expect(board.stateOf(ENDPOINT).connections).toBe(7);
  expect(board.processes).toBe(1);
});
