import { isIP } from 'node:net';

const WITH_IPV4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/i;

/** Longest name for what a proxy sends in place of an address. */
const MAX_LENGTH = 64;

/** Whom a limit by address is for: an IPv4 address, or the /64 network of an IPv6 one, since a client has all of that. */
export function networkOf(address: string): string {
  const ipv4 = WITH_IPV4.exec(address);
  if (ipv4) return ipv4[1]!;
  return isIP(address) === 6 ? `${firstGroups(address).join(':')}::/64` : address.slice(0, MAX_LENGTH);
}

function firstGroups(address: string): string[] {
  const [head, tail] = address.split('%')[0]!.split('::');
  const before = groupsOf(head);
  if (tail === undefined) return before.slice(0, 4);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - groupsOf(tail).length) }, () => '0');
  return [...before, ...zeros, ...groupsOf(tail)].slice(0, 4);
}

/** Without leading zeros. */
function groupsOf(part = ''): string[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16).toString(16));
}
