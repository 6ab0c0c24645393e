import { type Command, type Option } from './command.js';
import { optionsOf } from './global-options.js';

/** Words that may come after others: `dead` → its verbs, `dead list` → its options. */
function wordsAfter(commands: readonly Command[]): Map<string, string[]> {
  const after = new Map<string, string[]>([['', []]]);
  const add = (path: string, word: string) => {
    const words = after.get(path) ?? after.set(path, []).get(path)!;
    if (!words.includes(word)) words.push(word);
  };
  for (const command of commands) {
    const [group, verb] = command.name.split(' ') as [string, string?];
    add('', group);
    if (verb !== undefined) add(group, verb);
    for (const name of Object.keys(optionsOf(command))) add(command.name, `--${name}`);
  }
  return after;
}

/** The values that some options have, by the option. */
function choicesOf(commands: readonly Command[]): Map<string, readonly string[]> {
  const options = commands.flatMap((command) => Object.entries(optionsOf(command)));
  return new Map(options.flatMap(([name, { choices }]) => (choices ? [[`--${name}`, choices]] : [])));
}

export function bashCompletion(commands: readonly Command[]): string {
  const words = [...wordsAfter(commands)].map(
    ([path, next]) => `    '${path}') words='${next.join(' ')}' ;;`,
  );
  const choices = [...choicesOf(commands)].map(
    ([option, values]) => `    ${option}) words='${values.join(' ')}' ;;`,
  );
  return `# bash completion of llmq
_llmq() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} path= words= i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] && break
    path="\${path:+$path }\${COMP_WORDS[i]}"
  done
  case $path in
${words.join('\n')}
  esac
  case $before in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ $before == --file || $before == --config ]] && COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _llmq llmq
`;
}

export function zshCompletion(commands: readonly Command[]): string {
  return `#compdef llmq
autoload -U +X bashcompinit && bashcompinit
${bashCompletion(commands)}`;
}

export function fishCompletion(commands: readonly Command[]): string {
  const groups = new Map(commands.map((command) => [command.name.split(' ')[0]!, command]));
  const first = [...groups].map(([group, command]) => {
    const about = command.name === group ? command.about : `${group} …`;
    return `complete -c llmq -n __fish_use_subcommand -a ${group} -d ${quoted(about)}`;
  });
  return [
    '# fish completion of llmq',
    'complete -c llmq -f',
    ...first,
    ...commands.flatMap(fishLines),
    '',
  ].join('\n');
}

function fishLines(command: Command): string[] {
  const [group, verb] = command.name.split(' ') as [string, string?];
  const inGroup = `__fish_seen_subcommand_from ${group}`;
  const here = verb === undefined ? inGroup : `${inGroup}; and __fish_seen_subcommand_from ${verb}`;
  const options = Object.entries(optionsOf(command)).map(([name, option]) => fishOption(here, name, option));
  if (verb === undefined) return options;
  return [`complete -c llmq -n '${inGroup}' -a ${verb} -d ${quoted(command.about)}`, ...options];
}

function fishOption(here: string, name: string, { short, value, choices, about }: Option): string {
  const files = value === 'FILE' ? ' -r -F' : '';
  const values = choices ? ` -x -a '${choices.join(' ')}'` : value === undefined || files !== '' ? '' : ' -x';
  return `complete -c llmq -n '${here}' -l ${name}${short ? ` -s ${short}` : ''}${files}${values} -d ${quoted(about)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
