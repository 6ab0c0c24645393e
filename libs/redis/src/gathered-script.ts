import { type Redis } from 'ioredis';
import { LuaScript } from './lua.js';

/** What a script is given. */
export type ScriptValue = string | number | Buffer | undefined;

interface Call {
  readonly keys: readonly ScriptValue[];
  readonly args: readonly ScriptValue[];
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** 1 and the answer, or 0 and what went wrong. */
type Answer = readonly [done: 0 | 1, answer: unknown];

/** Most calls in one step: more would keep Redis from others for milliseconds. */
const MOST = 50;

/** Runs a script for each call. ARGV: how many calls, then for each: how many keys and arguments it has, and its arguments. */
function together(source: string, before: string): string {
  return `${before}
local function once(KEYS, ARGV)
${source}
end
local answers, key, at = {}, 0, 1
for call = 1, tonumber(ARGV[1]) do
  local keys, args = {}, {}
  local ofKeys, ofArgs = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  for i = 1, ofKeys do keys[i] = KEYS[key + i] end
  for i = 1, ofArgs do args[i] = ARGV[at + 2 + i] end
  key, at = key + ofKeys, at + 2 + ofArgs
  local done, answer = pcall(once, keys, args)
  if done then answers[call] = {1, answer}
  else answers[call] = {0, type(answer) == 'table' and answer.err or tostring(answer)} end
end
return answers
`;
}

/**
 * A Lua script whose calls of one turn of the event loop are one call to Redis: a call by itself costs both sides more than
 * what most scripts do. They run in their order, and each has its own answer, or its own error.
 */
export class GatheredScript<R> {
  readonly #script: LuaScript<readonly ScriptValue[], Answer[]>;
  readonly #waiting = new WeakMap<Redis, Call[]>();

  /** `before`: Lua that runs once, before them all. */
  constructor(source: string, before = '') {
    this.#script = new LuaScript(together(source, before));
  }

  run(redis: Redis, keys: readonly ScriptValue[], args: readonly ScriptValue[]): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const call: Call = { keys, args, resolve: resolve as Call['resolve'], reject };
      const waiting = this.#waiting.get(redis);
      if (waiting) return void waiting.push(call);
      this.#waiting.set(redis, [call]);
      process.nextTick(() => this.#flush(redis));
    });
  }

  #flush(redis: Redis): void {
    const calls = this.#waiting.get(redis) ?? [];
    this.#waiting.delete(redis);
    for (let i = 0; i < calls.length; i += MOST) void this.#send(redis, calls.slice(i, i + MOST));
  }

  async #send(redis: Redis, calls: readonly Call[]): Promise<void> {
    const keys = calls.flatMap((call) => call.keys);
    const args = calls.flatMap((call) => [call.keys.length, call.args.length, ...call.args]);
    try {
      const answers = await this.#script.run(redis, keys, [calls.length, ...args]);
      for (const [i, { resolve, reject }] of calls.entries()) {
        const [done, answer] = answers[i]!;
        if (done === 1) resolve(answer);
        else reject(new Error(String(answer)));
      }
    } catch (error) {
      for (const { reject } of calls) reject(error as Error);
    }
  }
}
