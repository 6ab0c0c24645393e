/** A value in our words; undefined: it changes nothing. */
export type Convert = (value: unknown) => unknown;

interface Named {
  /** Where older configurations have it, such as `server.port`. */
  readonly path: string;
  /** Variables that set it, beside the one that is made from its path. */
  readonly env?: readonly string[];
}

/** Sets settings of ours, named as in `http.port`. */
export interface SettingKey extends Named {
  readonly sets: readonly string[];
  readonly as?: Convert;
  readonly note?: string;
}

/** Sets a variable that the provider files name. */
export interface VariableKey extends Named {
  readonly variable: string;
}

/** Is a part of the URL of a store. */
export interface UrlKey extends Named {
  readonly store: 'database' | 'redis';
  readonly part: 'host' | 'port' | 'user' | 'password' | 'name' | 'sslmode';
}

/** Changes nothing here, with everything below it, and why. */
export interface UnusedKey extends Named {
  readonly unused: string;
  /** Who has turned it on relies on it, and is told at start. */
  readonly refusedWhenOn?: true;
}

/** A key under which an older service was configured. */
export type OlderKey = SettingKey | VariableKey | UrlKey | UnusedKey;

export const isOn = (value: unknown): boolean => /^(true|1|yes)$/i.test(String(value));
export const isOff = (value: unknown): boolean => /^(false|0|no)$/i.test(String(value));

const isNumber = (value: unknown): boolean => /^\d+(\.\d+)?$/.test(String(value));

/** A plain number is of this unit; durations stay as they are. */
const numberOf =
  (unit: string): Convert =>
  (value) =>
    isNumber(value) ? `${String(value)}${unit}` : value;

export const seconds = numberOf('s');
export const hours = numberOf('h');

const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** `32MB`, or a plain number in `unit`, in bytes. */
export const bytes =
  (unit: string): Convert =>
  (value) => {
    const [, amount, given] = /^(\d+)\s*([KMG]?B)?$/i.exec(String(value)) ?? [];
    return amount === undefined ? value : Number(amount) * SIZES[(given ?? unit).toUpperCase()]!;
  };

/** Some platforms set `…_PORT` of their own, to an address: that is no port. */
export const port: Convert = (value) => (/^\w+:\/\//.test(String(value)) ? undefined : value);

export const perSecond: Convert = (value) => `${String(value)}/s`;
export const perMinute: Convert = (value) => `${String(value)}/m`;

/** A list as we write it in one line. */
export const commaSeparated: Convert = (value) => (Array.isArray(value) ? value.join(',') : value);
