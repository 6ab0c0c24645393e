import { afterAll, afterEach, beforeAll } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';
import { Client } from './client.js';
import { DEAD_LETTER_KEYS, DEAD_LETTERS, deadMessages, keyOf } from './dead-letters.js';
import { openAiEnv } from './openai-env.js';
import { startSystem, type System, type Topology } from './system.js';

/** A system whose dead letters a file of tests looks at; each test finds none. */
export class DeadLetterDesk {
  upstream!: FakeUpstream;
  system!: System;
  client!: Client;
  /** At another gateway where there is one. */
  elsewhere!: Client;

  /** Call it in a `describe`: it starts and stops with it. */
  static opened(topology: Topology): DeadLetterDesk {
    const desk = new DeadLetterDesk();
    beforeAll(() => desk.#open(topology));
    afterAll(() => desk.#close());
    afterEach(() => desk.#clear());
    return desk;
  }

  readonly as = (name: Parameters<typeof keyOf>[0], url = this.system.gateways[0]!.url): Client =>
    new Client(url, { 'x-api-key': keyOf(name) });

  /** What the provider was asked, in the order of the calls. */
  readonly contents = (): string[] => this.upstream.calls().map(({ messages }) => messages.at(-1)!.text);

  readonly dead = (count: number, fields: Record<string, unknown> = {}): Promise<string[]> =>
    deadMessages(this.client, this.upstream, count, fields);

  readonly listed = async (query = '') =>
    (await this.elsewhere.get(`${DEAD_LETTERS}?${query}`)).body.dead_letters;

  async #open(topology: Topology): Promise<void> {
    this.upstream = await startFakeUpstream();
    const env = { ...openAiEnv(this.upstream), API_KEYS: DEAD_LETTER_KEYS };
    this.system = await startSystem(topology, env);
    this.client = this.as('ops');
    this.elsewhere = this.as('ops', this.system.gateways.at(-1)!.url);
  }

  async #close(): Promise<void> {
    await this.system?.stop();
    await this.upstream?.close();
  }

  async #clear(): Promise<void> {
    this.upstream.behave({});
    this.upstream.clearCalls();
    for (const { id } of (await this.client.get(`${DEAD_LETTERS}?limit=100`)).body.dead_letters)
      await this.client.delete(`${DEAD_LETTERS}/${id}`);
  }
}
