import { type Command, type Context } from '../command.js';
import { type Finding, type Level, LEVELS } from '../doctor/finding.js';
import { type EXIT } from '../exit-codes.js';
import { printable } from '../terminal/printable.js';
import { CONFIG_FILE } from './config.js';

export const doctor: Command = {
  name: 'doctor',
  about: 'Looks at everything that the system needs here, and names what to do about what is wrong.',
  takes: [0, 0],
  options: {
    ...CONFIG_FILE,
    offline: { about: 'Does not ask the providers.' },
    strict: { about: 'Warnings count as problems for the exit code.' },
  },
  examples: ['llmq doctor', 'REDIS_URL=redis://10.0.0.5 llmq doctor --json'],
  run,
};

const WORDS: Readonly<Record<Level, string>> = {
  ok: 'ok      ',
  hint: 'hint    ',
  warning: 'WARNING ',
  problem: 'PROBLEM ',
};

async function run({ given, env, terminal }: Context): Promise<keyof typeof EXIT> {
  terminal.progress('looking …');
  // Loaded when it is needed: it brings the stores with it.
  const { examine } = await import('../doctor/examine.js');
  const findings = await examine({
    env,
    file: given.text('config'),
    insecure: given.on('insecure'),
    offline: given.on('offline'),
  });
  const worst = LEVELS.findLast((level) => findings.some((finding) => finding.level === level)) ?? 'ok';
  terminal.answer({ worst, findings }, () => findings.map(textOf).join('\n'));
  const sick = worst === 'problem' || (given.on('strict') && worst === 'warning');
  return sick ? 'problems' : 'done';
}

function textOf({ check, level, text, fix }: Finding): string {
  const line = `${WORDS[level]} ${check.padEnd(13)}  ${printable(text)}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(11)}fix: ${printable(fix)}`;
}
