import { eventually } from '#testing';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';
import { Checker } from './checker.js';
import { Client } from './client.js';
import { openAiEnv } from './openai-env.js';
import { PrivateStores } from './private-stores.js';
import { SlotWatch } from './slot-watch.js';
import { type Env, type Role, type System } from './system.js';
import { Talk } from './talk.js';

/** Most calls at once of every scene; few, so that there is always somebody who waits. */
export const LIMIT = 8;

export interface Scene {
  readonly upstream: FakeUpstream;
  readonly stores: PrivateStores;
  readonly system: System;
  readonly checker: Checker;
  readonly slots: SlotWatch;
  readonly client: () => Client;
  /** Ids of new conversations. */
  readonly talks: (count: number) => Promise<string[]>;
  /** How many calls run at the upstream, once that is at least `count`. */
  readonly busy: (count: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface SceneOptions {
  readonly roles: readonly Role[];
  readonly env?: Env;
  /** What stands between the processes and the stores. */
  readonly urls?: (stores: PrivateStores) => Promise<Env>;
}

/** A fleet on stores of its own, whose upstream is watched: the stage of a fault. */
export async function openScene({ roles, env = {}, urls }: SceneOptions): Promise<Scene> {
  const [upstream, stores] = await Promise.all([startFakeUpstream(), PrivateStores.start()]);
  const fast = { OPENAI_MAX_CONCURRENCY: String(LIMIT), QUEUE_MAX_WORKER_LOSSES: '20' };
  const all = { ...openAiEnv(upstream), ...fast, ...env, ...(await urls?.(stores)) };
  const system = stores.system('fleet', all);
  const direct = stores.system('fleet', {});
  const slots = new SlotWatch(direct, 'openai').start();
  const stop = async () => {
    await slots.stop();
    await system.stop();
    await upstream.close();
  };
  try {
    await Promise.all(roles.map((role) => system.start(role)));
  } catch (error) {
    await stop();
    throw error;
  }
  const client = () => new Client(system.gateways[0]!.url);
  return {
    upstream,
    stores,
    system,
    checker: new Checker(direct, upstream),
    slots,
    client,
    talks: (count) => Promise.all(Array.from({ length: count }, async () => (await Talk.start(client())).id)),
    busy: (count) =>
      eventually(() => {
        const running = upstream.calls().filter(({ outcome }) => outcome === null).length;
        if (running < count) throw new Error(`${running} calls run, not ${count}`);
        return running;
      }),
    stop,
  };
}
