import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  postgresUrlForTests,
  startPrivatePostgres,
  type PrivatePostgresOptions,
} from './private-postgres.js';
import { createTestDatabase } from './test-database.js';

async function setup(options?: PrivatePostgresOptions) {
  const server = await startPrivatePostgres(options);
  onTestFinished(() => server.stop());
  return server;
}

/** One statement on a connection of its own. */
async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

describe('startPrivatePostgres', () => {
  test('starts a server that takes 200 connections and speaks UTF-8', async () => {
    const { url } = await setup();
    expect(await query(url, 'SHOW max_connections')).toEqual(['200']);
    expect(await query(url, 'SHOW server_encoding')).toEqual(['UTF8']);
    expect(await query(url, 'SHOW fsync')).toEqual(['off']);
  });

  test('keeps what was committed through a kill, on the same port', async () => {
    const server = await setup({ fsync: true });
    const { pid, url } = server;
    expect(await query(url, 'SHOW fsync')).toEqual(['on']);
    await query(url, `CREATE TABLE kept AS SELECT 'yes' AS word`);
    server.kill();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.url).toBe(url);
    expect(await query(url, 'SELECT word FROM kept')).toEqual(['yes']);
  });

  test('stops, and deletes its temporary directory', async () => {
    const { url, stop } = await setup().then((server) => ({ url: server.url, stop: () => server.stop() }));
    const [directory] = await query(url, 'SHOW data_directory');
    await stop();
    expect(existsSync(String(directory))).toBe(false);
    await expect(query(url, 'SELECT 1')).rejects.toThrow();
  });

  test('finds its data again in a directory it was given', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'llm-mq-kept-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const first = await setup({ dir });
    await query(first.url, `CREATE TABLE kept AS SELECT 'yes' AS word`);
    await first.stop();
    const second = await setup({ dir });
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual(['yes']);
  });
});

describe('createTestDatabase', () => {
  test('gives each caller an empty database and drops it with its connections', async () => {
    const serverUrl = await postgresUrlForTests({});
    const [one, two] = await Promise.all([createTestDatabase(serverUrl), createTestDatabase(serverUrl)]);
    await query(one.url, 'CREATE TABLE only_here ()');
    expect(await query(two.url, `SELECT to_regclass('only_here')`)).toEqual([null]);
    const left = new Client({ connectionString: one.url });
    left.on('error', () => undefined);
    await left.connect();
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
    await left.end().catch(() => undefined);
  });
});

describe('postgresUrlForTests', () => {
  test('prefers DATABASE_URL', async () => {
    expect(await postgresUrlForTests({ DATABASE_URL: 'postgres://elsewhere/db' })).toBe(
      'postgres://elsewhere/db',
    );
  });
});
