import { lookup as lookupByCallback, type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { AppError } from '#contracts';
import { withDeadline } from '#runtime';
import { isPublicAddress } from './public-address.js';

const LOOKUP_DEADLINE_MS = 2_000;

export interface AddressRules {
  /** Every address may be called, also those of this machine and its neighbours. */
  readonly allowPrivate: boolean;
  /** Names and addresses, in lower case, that may be called whatever they resolve to. */
  readonly allowedHosts: readonly string[];
  /** Whether a URL may have a query. */
  readonly allowQuery?: boolean;
  /** What the caller calls the URL, and where an operator allows a host: for the explanation. */
  readonly field?: string;
  readonly setting?: string;
}

/** Finds every address of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Keeps callers from sending this system to addresses that only this system can reach (SSRF): the machine itself, its
 * network, the metadata of a cloud. A name is looked up when it comes, and again by the very look-up whose answer is then
 * connected to, since whoever owns a name may change what it means in between.
 */
export class AddressGuard {
  constructor(
    private readonly rules: AddressRules = { allowPrivate: false, allowedHosts: [] },
    private readonly resolve: Resolve = resolveAll,
  ) {}

  /** @throws AppError address_refused */
  async check(url: string): Promise<void> {
    const parsed = URL.parse(url);
    if (!parsed || !/^https?:$/.test(parsed.protocol))
      throw this.#refused('must be a URL with http or https');
    if (parsed.username !== '' || parsed.password !== '') throw this.#refused('must not hold credentials');
    const more = this.rules.allowQuery ? parsed.hash : parsed.search + parsed.hash;
    if (more !== '') throw this.#refused('must end with its path');
    const host = hostOf(parsed.hostname);
    if (this.#isAllowed(host)) return;
    const addresses = isIP(host) ? [host] : await this.#addressesOf(host);
    if (addresses.length > 0 && addresses.every(isPublicAddress)) return;
    const setting = this.rules.setting ?? 'endpoints.allowed_hosts';
    throw this.#refused(`${notPublic(host)}; an operator may add it to ${setting}`);
  }

  /** Opens the connections of an undici Agent, to nothing but what may be called. */
  connector(options: buildConnector.BuildOptions = {}): buildConnector.connector {
    const free = buildConnector(options);
    const checked = buildConnector({ ...options, lookup: lookupPublic } as buildConnector.BuildOptions);
    return (target, callback) => {
      const host = hostOf(target.hostname);
      if (this.#isAllowed(host)) return free(target, callback);
      // A host that is an address is never looked up.
      if (isIP(host) && !isPublicAddress(host)) return callback(unreachable(host), null);
      return checked(target, callback);
    };
  }

  #isAllowed(host: string): boolean {
    return this.rules.allowPrivate || this.rules.allowedHosts.includes(host);
  }

  async #addressesOf(host: string): Promise<readonly string[]> {
    try {
      const found = this.resolve(host);
      return await withDeadline(found, LOOKUP_DEADLINE_MS, 'address_refused', `Looking up ${host}`);
    } catch (cause) {
      throw this.#refused(`the name ${host} does not resolve`, cause);
    }
  }

  #refused(message: string, cause?: unknown): AppError {
    return new AppError('address_refused', `The address may not be called: ${message}`, {
      fields: [{ field: this.rules.field ?? 'url', message }],
      cause,
    });
  }
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Node's own look-up, all of whose answers must be public: one that is not says what the name is for. */
const lookupPublic: LookupFunction = (host, options, callback) => {
  lookupByCallback(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return callback(error, []);
    const hidden = found.find(({ address }) => !isPublicAddress(address));
    if (hidden || found.length === 0) return callback(unreachable(host), []);
    if (options.all) return callback(null, found);
    return callback(null, found[0]!.address, found[0]!.family);
  });
};

/** Without the brackets of IPv6 and without the dot at the end, which means the same host. */
function hostOf(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

function notPublic(host: string): string {
  return `the host ${host} is not on the public internet`;
}

/** For whoever makes a call, it is an upstream like any other that cannot be reached. */
function unreachable(host: string): AppError {
  return new AppError('provider_unavailable', `The connection was not made: ${notPublic(host)}`);
}
