import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findPrometheus } from '#testing';

const programs = await findPrometheus();
const FOLDER = 'deployments/prometheus';

/** What promtool says; where it finds a mistake it fails, and what it says is the error. */
async function promtool(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(programs!.promtool, args, { cwd: FOLDER });
  return stdout + stderr;
}

describe.skipIf(programs === undefined)('promtool', { timeout: 120_000 }, () => {
  test('finds nothing wrong with the configuration and its rules', async () => {
    expect(await promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
    expect(await promtool('check', 'rules', '--lint-fatal', 'alerts.yml')).toContain('SUCCESS');
  });

  test('sees every alert fire when it must, and only then', async () => {
    expect(await promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});
