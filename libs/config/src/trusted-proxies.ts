import { isIP } from 'node:net';

/** What Fastify knows by name. */
const NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Reads `10.0.0.0/8, ::1, loopback`; undefined when one of them is neither an address nor a network. */
export function parseProxies(text: string): string[] | undefined {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.every(isNetwork) ? entries : undefined;
}

function isNetwork(entry: string): boolean {
  if (NAMES.has(entry)) return true;
  const [address, bits, ...rest] = entry.split('/');
  const version = isIP(address!);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
