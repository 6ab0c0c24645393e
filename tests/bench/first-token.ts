import { Agent, request } from 'undici';

/** One way to ask a model: the whole of it from the first byte sent to the first word of the answer. */
export interface Path {
  readonly name: string;
  /** Asks, answers with the body of the stream. */
  readonly ask: () => Promise<AsyncIterable<Uint8Array>>;
  /** Found in the stream as soon as the first word is there. */
  readonly firstWord: RegExp;
}

const agent = new Agent({ connections: 1, keepAliveTimeout: 60_000 });

/** Time to the first token in ms; reads on to the end, so that nothing of it is left for the next one. */
export async function timeToFirstToken({ name, ask, firstWord }: Path): Promise<number> {
  const startedAt = performance.now();
  let firstAt: number | undefined;
  let text = '';
  for await (const bytes of await ask()) {
    text += Buffer.from(bytes).toString();
    if (firstWord.test(text)) firstAt ??= performance.now();
  }
  if (firstAt === undefined) throw new Error(`${name} answered without a word: ${text}`);
  return firstAt - startedAt;
}

export async function post(url: string, body: object, headers: Record<string, string> = {}) {
  const answer = await request(url, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (answer.statusCode >= 300)
    throw new Error(`${url} answered ${answer.statusCode}: ${await answer.body.text()}`);
  return answer.body;
}

export async function get(url: string) {
  const answer = await request(url, { dispatcher: agent });
  if (answer.statusCode !== 200)
    throw new Error(`${url} answered ${answer.statusCode}: ${await answer.body.text()}`);
  return answer.body;
}
