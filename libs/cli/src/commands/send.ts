import { type Command, type Context } from '../command.js';
import { endOf, type MessageView, showReply } from '../remote/show-reply.js';
import { contentOf, DEFAULT_USER, MESSAGE_OPTIONS } from './asked.js';

export const send: Command = {
  name: 'send',
  about: 'Sends a message and prints its reply as it comes.',
  arguments: '[TEXT…]',
  remote: true,
  options: {
    ...MESSAGE_OPTIONS,
    conversation: { value: 'ID', short: 'c', about: 'The conversation whose next turn it is.' },
    file: { value: 'FILE', short: 'f', about: 'A file whose text is sent, after TEXT.' },
    system: { value: 'TEXT', about: 'Told to the model before everything else.' },
    'task-type': { value: 'NAME', about: 'The kind of work.' },
    timeout: { value: 'TIME', about: 'Longest time of one attempt, such as 30s.' },
    detach: { short: 'd', about: 'Prints the id of the message and does not wait for the reply.' },
  },
  examples: [
    'llmq send "What is a queue?"',
    'llmq send --priority low --file report.txt "Summarise this:"',
    'git diff | llmq send "Write a commit message for:" -',
  ],
  run,
};

async function run(context: Context): Promise<void> {
  const { given, terminal } = context;
  const message = await accept(context, await contentOf(context));
  if (given.on('detach')) return terminal.answer(message, () => message.id);
  try {
    await showReply(context, message.id);
  } catch (error) {
    terminal.note(`\nThe message goes on. See its reply with: llmq tail ${message.id}`);
    throw error;
  }
  await endOf(context, message.id);
}

function accept({ given, api }: Context, content: string): Promise<MessageView> {
  const conversation = given.text('conversation');
  const system = given.text('system');
  const user = given.text('user');
  const body = {
    content,
    ...given.fields('priority', 'provider', 'model', 'task-type', 'timeout'),
    ...(system !== undefined && { system_prompt: system }),
  };
  if (conversation === undefined)
    return api.create('/api/v1/messages', { user_id: user ?? DEFAULT_USER, ...body });
  const path = `/api/v1/conversations/${encodeURIComponent(conversation)}/messages`;
  return api.create(path, { ...(user !== undefined && { user_id: user }), ...body });
}
