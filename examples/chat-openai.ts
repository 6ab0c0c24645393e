// Asks with OpenAI's own library (npm install openai): only the address is another one.
// Run it with Node 24: node chat-openai.ts "A question"
import OpenAI from 'openai';

const { LLMQ_URL = 'http://localhost:8080', LLMQ_KEY = 'none' } = process.env;

// The key is one of ours; the library wants one even where none is configured.
const client = new OpenAI({ baseURL: `${LLMQ_URL}/v1`, apiKey: LLMQ_KEY });

const stream = await client.chat.completions.create(
  {
    model: 'auto',
    messages: [{ role: 'user', content: process.argv[2] ?? 'Hello!' }],
    stream: true,
  },
  // What OpenAI has no word for: here the best of the four priorities.
  { headers: { 'X-Priority': 'realtime' } },
);
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
process.stdout.write('\n');
