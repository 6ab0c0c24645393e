import { type Client } from './client.js';

/**
 * What clients may call by `rpc`; the answer is any JSON.
 * @throws CommandError, AppError
 */
export type Procedure = (client: Client, data: unknown) => Promise<unknown>;

/** By their names. */
export type Procedures = ReadonlyMap<string, Procedure>;
