import { z } from 'zod';
import { type Environment } from './environment.js';
import { auth } from './sections/auth.js';
import { cache } from './sections/cache.js';
import { centrifuge } from './sections/centrifuge.js';
import { chat } from './sections/chat.js';
import { completions } from './sections/completions.js';
import { deadLetters } from './sections/dead-letters.js';
import { endpoints } from './sections/endpoints.js';
import { http } from './sections/http.js';
import { limits } from './sections/limits.js';
import { log } from './sections/log.js';
import { conversations, messages, streams } from './sections/messages.js';
import { preprocessing } from './sections/preprocessing.js';
import { providers } from './sections/providers.js';
import { queue, scheduler, workers } from './sections/queue.js';
import { resources } from './sections/resources.js';
import { sockets } from './sections/sockets.js';
import { storage } from './sections/storage.js';
import { tenants } from './sections/tenants.js';
import { tracing } from './sections/tracing.js';
import { webhooks } from './sections/webhooks.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|)$/;

/** Every value that can be configured, with unit, default, bounds and comment; the documentation is made from it. */
export const configSchema = z.strictObject({
  http,
  auth,
  limits,
  storage,
  queue,
  workers,
  messages,
  conversations,
  preprocessing,
  dead_letters: deadLetters,
  tenants,
  streams,
  sockets,
  centrifuge,
  chat,
  completions,
  resources,
  scheduler,
  endpoints,
  providers,
  cache,
  webhooks,
  tracing,
  log,
});

type Settings = z.output<typeof configSchema>;

export interface Config extends Settings {
  /** What the settings came from, for the files that name variables of their own. */
  readonly environment: Environment;
  /** What was set under names of other services and changes nothing here, with the reasons. */
  readonly unused: readonly string[];
}

/** What is wrong between values that are each right by themselves; undefined when nothing is. */
export function contradictionIn({ http, auth, dead_letters, sockets }: Settings): string | undefined {
  const { redrive_rate, max_redrive_rate } = dead_letters;
  if (redrive_rate > max_redrive_rate)
    return `dead_letters.redrive_rate: ${redrive_rate} is more than dead_letters.max_redrive_rate (${max_redrive_rate})`;
  if (sockets.dead_after <= sockets.ping)
    return 'sockets.dead_after: must be longer than sockets.ping, or nobody has time to answer';
  if (LOOPBACK.test(http.host) || auth.keys.length > 0 || auth.insecure) return undefined;
  return `http.host: ${http.host} is reachable from elsewhere; configure auth.keys, or start with --insecure`;
}
