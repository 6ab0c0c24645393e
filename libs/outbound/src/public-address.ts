import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Everything in IPv4 that is not the public internet (IANA's special-purpose registry), and what clouds keep in it. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure's platform services answer here, in the middle of the public addresses.
  ['168.63.129.16', 32],
];

/** Inside of 2000::/3, which is all that is public in IPv6. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, prefix] of SPECIAL_V4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of SPECIAL_V6) special.addSubnet(net, prefix, 'ipv6');

const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** IPv4 inside of IPv6: as it is mapped, and behind the usual NAT64. */
const EMBEDDED = new BlockList();
EMBEDDED.addSubnet('::ffff:0:0', 96, 'ipv6');
EMBEDDED.addSubnet('64:ff9b::', 96, 'ipv6');

/** Whether an address is one of the public internet; what is no address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  if (EMBEDDED.check(address, 'ipv6')) return isPublicAddress(embeddedIn(address));
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** The last 32 bits as IPv4; the URL parser writes every address in its one short form. */
function embeddedIn(address: string): string {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [high = '0', low = '0'] = short.split(':').slice(-2);
  const bits = Number.parseInt(high || '0', 16) * 65_536 + Number.parseInt(low || '0', 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}
