// Sends a message and shows the reply as it comes; a connection that breaks is made anew.
// Run it with Node 24: node send.ts "A question", beside node_modules/@llmq/client (see packages/client).
import { LlmQueue } from '@llmq/client';

const { LLMQ_URL = 'http://localhost:8080', LLMQ_KEY } = process.env;
const queue = new LlmQueue({
  url: LLMQ_URL,
  userId: 'example',
  ...(LLMQ_KEY !== undefined && { apiKey: LLMQ_KEY }),
});

const message = await queue.send(process.argv[2] ?? 'Hello!', { priority: 'high' });
console.error(`${message.id} waits at place ${message.queue?.position ?? 'unknown'}`);

for await (const event of queue.stream(message.id)) {
  if (event.type === 'delta') process.stdout.write(event.text);
  if (event.type === 'reset') process.stdout.write('\n(it begins again)\n');
  if (event.type === 'end' && event.error) throw new Error(event.error.message);
}
process.stdout.write('\n');
