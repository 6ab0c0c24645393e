import { Controller, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { type ControlEvents } from '#contracts';
import { eventually, redisUrlForTests } from '#testing';
import { ControlBus } from './control-bus.js';
import { ControlTransport, createControlTransport } from './control-transport.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A process that listens, and what it has heard. */
async function listener(transport: ControlTransport) {
  const heard: string[] = [];
  @Controller()
  class Ears {
    @EventPattern('message.cancel')
    cancel(@Payload() { messageId }: ControlEvents['message.cancel']) {
      heard.push(messageId);
    }
  }
  @Module({ controllers: [Ears] })
  class Root {}
  const app = await NestFactory.create(Root, new FastifyAdapter(), { logger: false });
  app.connectMicroservice({ strategy: transport.server });
  await app.startAllMicroservices();
  closers.push(() => app.close());
  return heard;
}

function busOf(transport: ControlTransport) {
  const bus = new ControlBus(transport.client, () => undefined);
  closers.push(() => bus.close());
  return bus;
}

describe('ControlBus', () => {
  test('reaches the own process where there is no Redis', async () => {
    const transport = createControlTransport(undefined, 'a');
    const heard = await listener(transport);
    busOf(transport).publish('message.cancel', { messageId: 'a' });
    await eventually(() => expect(heard).toEqual(['a']));
  });

  test('reaches every process over Redis', async () => {
    const url = await redisUrlForTests();
    const here = await listener(createControlTransport(url, 'a'));
    const there = await listener(createControlTransport(url, 'a'));
    busOf(createControlTransport(url, 'a')).publish('message.cancel', { messageId: 'b' });
    await eventually(() => expect([here, there]).toEqual([['b'], ['b']]));
  });

  test('does not reach another system on the same Redis', async () => {
    const url = await redisUrlForTests();
    const [ours, theirs] = [
      await listener(createControlTransport(url, 'a')),
      await listener(createControlTransport(url, 'b')),
    ];
    busOf(createControlTransport(url, 'b')).publish('message.cancel', { messageId: 'theirs' });
    busOf(createControlTransport(url, 'a')).publish('message.cancel', { messageId: 'ours' });
    await eventually(() => expect([ours, theirs]).toEqual([['ours'], ['theirs']]));
  });
});
