import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What whoever holds an allocation must show to release it: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Takes the same time however much of it is right. */
export function isToken(token: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(token), 'hex'), Buffer.from(digest, 'hex'));
}
