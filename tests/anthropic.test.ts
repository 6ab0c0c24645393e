import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client, textOf } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

describe.each(PROFILES)('Anthropic as the provider (%s)', (topology) => {
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem(topology, {
      ANTHROPIC_API_KEY: 'sk-ant-of-the-tests',
      ANTHROPIC_BASE_URL: upstream.url,
    });
    client = new Client(system.gateways[0]!.url);
  });
  beforeEach(() => {
    upstream.behave({});
    upstream.clearCalls();
  });
  afterAll(async () => {
    await system?.stop();
    await upstream?.close();
  });

  test('a message is asked in its words, streamed, and stored with what it used', async () => {
    upstream.behave({ reply: 'The sky is blue.', reasoning: 'Rayleigh.', cachedTokens: 2 });
    const asks = { system_prompt: 'Be brief.', parameters: { max_tokens: 50, temperature: 0.2 } };
    const id = await client.send('Why is the sky blue?', asks);
    expect(textOf(await Array.fromAsync(client.stream(id)))).toBe('The sky is blue.');
    const message = await client.ended(id);
    expect(message).toMatchObject({
      status: 'completed',
      provider: 'anthropic',
      reply: { content: 'The sky is blue.', provider: 'anthropic', model: 'claude-haiku-4-5' },
    });
    const [call] = upstream.calls();
    expect(call!.messages.at(-1)!.text).toBe('Why is the sky blue?');
    expect(call!.body).toMatchObject({
      system: expect.anything(),
      max_tokens: 50,
      temperature: 0.2,
      stream: true,
    });
    expect(message['usage']).toMatchObject({
      prompt_tokens: call!.usage!.prompt,
      completion_tokens: call!.usage!.completion,
    });
    expect((message['usage'] as { cost: number }).cost).toBeGreaterThan(0);
  });

  test('a conversation is told whole', async () => {
    const { body } = await client.post('/api/v1/conversations', { user_id: 'u' });
    const say = async (content: string) =>
      client.ended(await client.send(content, { conversation_id: body.id as string }));
    await say('first');
    await say('second');
    const told = upstream
      .calls()
      .at(-1)!
      .messages.map(({ role, text }) => [role, text]);
    expect(told).toEqual([
      ['user', 'first'],
      ['assistant', 'first'],
      ['user', 'second'],
    ]);
  });

  test('tools are called', async () => {
    upstream.behave({ toolCalls: [{ name: 'get_weather', arguments: '{"city":"Berlin"}' }] });
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];
    const message = await client.ended(await client.send('The weather?', { parameters: { tools } }));
    expect(message['reply']).toMatchObject({
      finish_reason: 'tool_calls',
      tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"Berlin"}' } }],
    });
  });

  test('an upstream that is overloaded is left alone for as long as it says, and no attempt is lost', async () => {
    upstream.behave({ status: 529, retryAfterMs: 300 }, {});
    const message = await client.ended(await client.send('again'));
    expect(message).toMatchObject({ status: 'completed', retry_count: 0, reply: { content: 'again' } });
    expect(upstream.calls()).toHaveLength(2);
  });
});
