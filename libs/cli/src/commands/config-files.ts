import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFile, defaultOf, type Leaf, LEAVES } from '#config';
import { listShipped, readShipped, readShippedText } from '#runtime';
import { type Context } from '../command.js';
import { CliError, type EXIT } from '../exit-codes.js';
import { pairs } from '../terminal/table.js';
import { readConfig } from './read-config.js';
import { SCHEMAS } from './schemas.js';

export function init({ given, terminal }: Context): Promise<void> {
  const folder = given.args[0] ?? 'configs';
  mkdirSync(folder, { recursive: true });
  const files = listShipped('configs').map((path) => {
    const file = join(folder, path.slice('configs/'.length));
    const written = !existsSync(file);
    // Never over a file that appeared in between.
    if (written) writeFileSync(file, readShipped(path)!, { flag: 'wx' });
    return { file, written };
  });
  terminal.answer({ files }, () =>
    files.map(({ file, written }) => `${written ? 'written ' : 'kept    '} ${file}`).join('\n'),
  );
  return Promise.resolve();
}

export function check({ given, env, terminal }: Context): Promise<keyof typeof EXIT> {
  const file = configFile(given.text('config'), env);
  const { config, problems } = readConfig({ env, file, insecure: given.on('insecure') });
  const sources = file === undefined ? 'the environment' : `${file} and the environment`;
  const unused = config?.unused ?? [];
  terminal.answer({ valid: config !== undefined, file: file ?? null, problems, unused }, () =>
    [
      ...unused.map((line) => `Not used: ${line}`),
      config === undefined
        ? `The configuration has ${problems.length} problem(s) (${sources}):`
        : `The configuration is valid (${sources}).`,
      ...problems.map((line) => `  - ${line}`),
    ].join('\n'),
  );
  return Promise.resolve(config === undefined ? 'problems' : 'done');
}

export function doc({ given, terminal }: Context): Promise<void> {
  const text = (given.args[0] ?? '').toLowerCase();
  const found = LEAVES.filter(({ path, meta }) =>
    `${path.join('.')} ${meta.env}`.toLowerCase().includes(text),
  );
  if (found.length === 0) throw new CliError('usage', `No setting has ${text} in its name or its variable`);
  const settings = found.map(settingOf);
  terminal.answer(settings, () =>
    settings
      .map(({ name, about, variable, otherwise, unit }) => {
        const facts = pairs({
          '  variable': variable,
          '  default': otherwise,
          ...(unit && { '  unit': unit }),
        });
        return `${name}\n  ${about}\n${facts}`;
      })
      .join('\n\n'),
  );
  return Promise.resolve();
}

function settingOf(leaf: Leaf) {
  const { path, meta } = leaf;
  return {
    name: path.join('.'),
    variable: meta.env,
    otherwise: defaultOf(leaf) ?? null,
    unit: meta.unit === 'ms' ? 'duration' : (meta.unit ?? null),
    about: meta.description,
  };
}

export function schema({ given, terminal }: Context): Promise<void> {
  const name = given.args[0] ?? 'config';
  const text = readShippedText(`configs/${name}.schema.json`);
  if (text === undefined || !(SCHEMAS as readonly string[]).includes(name))
    throw new CliError('usage', `There are schemas for ${SCHEMAS.join(', ')}`);
  terminal.answer(JSON.parse(text), () => text.trimEnd());
  return Promise.resolve();
}
