import { z } from 'zod';
import { auth } from './sections/auth.js';
import { http } from './sections/http.js';
import { log } from './sections/log.js';
import { conversations, messages, streams } from './sections/messages.js';
import { openai, simulator } from './sections/providers.js';
import { queue, scheduler, workers } from './sections/queue.js';
import { section } from './sections/section.js';
import { storage } from './sections/storage.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|)$/;

/** Every value that can be configured, with unit, default, bounds and comment; the documentation is made from it. */
export const configSchema = z.strictObject({
  http,
  auth,
  storage,
  queue,
  workers,
  messages,
  conversations,
  streams,
  scheduler,
  providers: section({ simulator, openai }, 'Who answers.'),
  log,
});

export type Config = z.output<typeof configSchema>;

/** What is wrong between values that are each right by themselves; undefined when nothing is. */
export function contradictionIn({ http, auth }: Config): string | undefined {
  if (LOOPBACK.test(http.host) || auth.keys.length > 0 || auth.insecure) return undefined;
  return `http.host: ${http.host} is reachable from elsewhere; configure auth.keys, or start with --insecure`;
}
