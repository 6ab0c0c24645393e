import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { freePort, onFreePort } from './free-port.js';

describe('freePort', () => {
  test('gives a port that can be listened on', async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});

describe('onFreePort', () => {
  test('tries another port when a start fails', async () => {
    const ports: number[] = [];
    const started = await onFreePort(async (port) => {
      ports.push(port);
      if (ports.length < 3) throw new Error('taken');
      return port;
    });
    expect(ports).toHaveLength(3);
    expect(started).toBe(ports[2]);
  });

  test('gives up with the error of the last start', async () => {
    let starts = 0;
    const start = () => Promise.reject(new Error(`start ${(starts += 1)}`));
    await expect(onFreePort(start)).rejects.toThrow('start 3');
  });
});
