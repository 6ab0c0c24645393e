import { type IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** What Fastify knows by name. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Who makes an upgrade request: the peer, or whom a trusted proxy names; as Fastify tells it of other requests. */
export class ClientAddress {
  readonly #trusted = new BlockList();

  constructor(proxies: readonly string[]) {
    for (const network of proxies.flatMap((entry) => NAMES[entry] ?? [entry])) this.#trust(network);
  }

  of({ socket, headers }: IncomingMessage): string {
    let address = plain(socket.remoteAddress ?? '');
    const forwarded = String(headers['x-forwarded-for'] ?? '');
    const hops = forwarded === '' ? [] : forwarded.split(',').map((hop) => plain(hop.trim()));
    while (hops.length > 0 && this.#trusts(address)) address = hops.pop()!;
    return address;
  }

  #trust(network: string): void {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    this.#trusted.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }

  #trusts(address: string): boolean {
    return this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

/** IPv4 addresses reach a socket that listens on both as IPv6 ones. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
