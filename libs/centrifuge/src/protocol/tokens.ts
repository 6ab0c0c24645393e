import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const seconds = z.number().finite();

/** What we use of a token; the library of the client's backend writes the rest. */
const claimsSchema = z.object({
  sub: z.string().max(256).default(''),
  exp: seconds.optional(),
  nbf: seconds.optional(),
  /** When the connection or subscription ends, where that is another time than that of the token. */
  expire_at: seconds.optional(),
  info: z.unknown().optional(),
  /** Whose channels and messages they are. */
  tenant: z.string().min(1).max(64).optional(),
  /** Of a connection: subscriptions that the server makes. */
  channels: z.array(z.string().min(1).max(255)).max(128).default([]),
  subs: z.record(z.string().min(1).max(255), z.unknown()).default({}),
  /** Of a subscription. */
  channel: z.string().optional(),
});

export type Claims = z.output<typeof claimsSchema>;

/** JSON web tokens that an HMAC with SHA-256 signs (HS256), and nothing else. */
export class Tokens {
  constructor(
    private readonly secret: string,
    private readonly now: () => number,
  ) {}

  /** `invalid`: not ours, or not yet; `expired`: it was. */
  verify(token: string): Claims | 'invalid' | 'expired' {
    const [header, payload, signature, ...rest] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
      return 'invalid';
    if (!this.#signed(`${header}.${payload}`, signature) || !isHs256(header)) return 'invalid';
    const claims = claimsSchema.safeParse(decoded(payload));
    if (!claims.success) return 'invalid';
    const now = this.now() / 1_000;
    if (claims.data.nbf !== undefined && now < claims.data.nbf) return 'invalid';
    return claims.data.exp !== undefined && now >= claims.data.exp ? 'expired' : claims.data;
  }

  #signed(content: string, signature: string): boolean {
    const expected = createHmac('sha256', this.secret).update(content).digest();
    const given = Buffer.from(signature, 'base64url');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function isHs256(header: string): boolean {
  const parsed = decoded(header);
  return typeof parsed === 'object' && parsed !== null && 'alg' in parsed && parsed.alg === 'HS256';
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
