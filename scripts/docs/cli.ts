import { aboutOf, type Command, COMMANDS, EXIT, EXIT_MEANINGS, optionsOf, optionText, usageOf } from '#cli';

/** Options that every command takes, or every one that talks to a running system; they are told once. */
const SHARED = ['json', 'help', 'url', 'key'];

/** Before each block of commands: which test runs it. */
const RUN = '<!-- run by tests/docs-commands.test.ts -->';

/** `docs/cli.md`: every command with its options, and what the exit codes mean. */
export function cliPage(): string {
  const codes = Object.entries(EXIT).map(
    ([name, code]) => `| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |`,
  );
  return `<!-- Made by \`npm run docs\` from libs/cli/src/commands; a test holds it against the code. -->

# Command line

${RUN}

\`llmq\` is the [single executable](binary.md); from a clone \`npm run llmq -- COMMAND\` is the same, and after \`npm link\` \`llmq COMMAND\`.

\`start\`, \`migrate\`, \`doctor\` and \`config check\` read the [configuration](configuration.md) as every process does. All commands marked *remote* talk to a running system over HTTP: \`--url\`, else \`LLMQ_URL\`, else \`http://127.0.0.1:8080\`; with the API key of \`--key\`, else \`LLMQ_API_KEY\`. A reply that is being read goes on after a broken connection where it broke off.

With \`--json\` the output holds the answer as JSON and nothing else, in the words of the [API](api.md); an error is one line of JSON on the error output. \`--help\` explains a command.

| exit code | meaning |
| --- | --- |
${codes.join('\n')}

${COMMANDS.map(commandText).join('\n\n')}
`;
}

function commandText(command: Command): string {
  const options = Object.entries(optionsOf(command)).filter(([name]) => !SHARED.includes(name));
  const rows = options.map(([name, option]) => `| \`${optionText(name, option)}\` | ${aboutOf(option)} |`);
  const table = rows.length === 0 ? [] : [`| option | |\n| --- | --- |\n${rows.join('\n')}`];
  const examples = command.examples ?? [];
  return [
    `## \`llmq ${command.name}\``,
    `${command.about}${command.remote ? ' *Remote.*' : ''}`,
    `\`\`\`text\n${usageOf(command)}\n\`\`\``,
    ...table,
    ...(examples.length === 0 ? [] : [RUN, `\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}
