import { z } from 'zod';
import { textField } from './text-field.js';

/** Where the events of a message are sent. Everything but the URL is secret. */
export interface Callback {
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Both as they lie in the ledger, where they are encrypted there. */
  readonly sealed?: SealedSecrets | undefined;
}

/** What is secret of a callback, and what of it may be shown all the same. */
export interface SealedSecrets extends Omit<CallbackSeen, 'url'> {
  readonly text: string;
}

/** What of a callback may be shown. */
export interface CallbackSeen {
  readonly url: string;
  readonly hasToken: boolean;
  readonly headerNames: readonly string[];
}

const MAX_HEADERS = 20;

/** What says how the request is carried, and what we say ourselves. */
const OURS =
  /^(?:host|connection|content-.*|transfer-encoding|upgrade|te|trailer|keep-alive|expect|proxy-.*|user-agent|webhook-.*)$/i;

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, 'must be the name of a header')
  .refine((name) => !OURS.test(name), 'may not be set: it belongs to the delivery itself');
const headerValue = z
  .string()
  .regex(/^[\x20-\x7e]{0,1024}$/, 'must be at most 1,024 printable ASCII characters');

export const callbackHeadersField = z
  .record(headerName, headerValue)
  .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `must be at most ${MAX_HEADERS} headers`);

/** Where it leads is checked when it comes, and again at every connection. */
export const callbackUrlField = textField(2_048);
export const callbackTokenField = z
  .string()
  .regex(/^[\x21-\x7e]{1,1024}$/, 'must be 1 to 1,024 visible ASCII characters');
