import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** What is signed. */
export interface Signed {
  /** The same on every try, so that a receiver can tell what it has had before. */
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

/**
 * The headers of Standard Webhooks (https://www.standardwebhooks.com): id, time, and a signature by each secret, so that
 * receivers can change from one to the next. Without secrets there is no signature.
 */
export function signatureHeaders(
  { id, timestampSeconds, body }: Signed,
  secrets: readonly string[],
): Record<string, string> {
  const content = `${id}.${timestampSeconds}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8');
}
