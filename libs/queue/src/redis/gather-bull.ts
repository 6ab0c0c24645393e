import { type Redis } from 'ioredis';
import { GatheredScript, type ScriptValue } from '#redis';

/** Taking a job, and ending one: what BullMQ does for each message. */
const EACH = new Set(['moveToActive', 'moveToFinished']);

/** BullMQ's stream of events is for its own listeners. We have none, and it was a sixth of what a message costs Redis. */
const WITHOUT_EVENTS = `
local call = redis.call
local redis = { call = function(command, ...)
  if command == 'XADD' or command == 'XTRIM' then return false end
  return call(command, ...)
end }
`;

interface Definition {
  readonly lua: string;
  readonly numberOfKeys?: number;
}

/**
 * BullMQ gives a connection its scripts when it first sees it. Those that run for every job are gathered: jobs that are taken
 * or ended together are one call to Redis, which runs BullMQ's own script for each of them.
 */
export function gatherBull(connection: Redis): void {
  const define = connection.defineCommand.bind(connection);
  connection.defineCommand = (name: string, definition: Definition) => {
    define(name, definition);
    const { lua, numberOfKeys = 0 } = definition;
    if (!EACH.has(name.split(':', 1)[0]!)) return;
    const script = new GatheredScript<unknown>(lua, WITHOUT_EVENTS);
    const run = (values: readonly ScriptValue[]) =>
      script.run(connection, values.slice(0, numberOfKeys), values.slice(numberOfKeys));
    Object.assign(connection, { [name]: run });
  };
}
