import { z } from 'zod';

const content = z.union([
  z.string(),
  z.null(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
]);

const chatRequestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: content.optional() })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
});

export interface ChatMessage {
  readonly role: string;
  readonly text: string;
}

/** What the fake needs to know of a request. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Undefined when OpenAI would refuse the body with a 400. */
export function readChatRequest(body: unknown): ChatRequest | undefined {
  const { data } = chatRequestSchema.safeParse(body);
  return (
    data && {
      model: data.model,
      messages: data.messages.map(({ role, content }) => ({ role, text: textOf(content) })),
      stream: data.stream ?? false,
      includeUsage: data.stream_options?.include_usage ?? false,
    }
  );
}

function textOf(value: z.infer<typeof content> | undefined): string {
  if (typeof value === 'string') return value;
  return (value ?? []).map(({ text }) => text ?? '').join('');
}
