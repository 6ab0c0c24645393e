import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';

const MAX_CONTENT = 1_000;
const BODY_LIMIT = 300_000;
const JSON_TYPE = 'application/json';
const MESSAGES = '/api/v1/messages';
const CONVERSATIONS = '/api/v1/conversations';

interface Bad {
  readonly method?: string;
  readonly path?: string;
  /** Text goes out as it is. */
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly code?: string;
  /** The fields that the answer must name; left out where no field is at fault. */
  readonly fields?: readonly string[];
}

const valid = { user_id: 'u', content: 'Hello' };
const post = (body: unknown, expected: Partial<Bad> = {}): Bad => ({
  method: 'POST',
  path: MESSAGES,
  body,
  ...expected,
});
/** A valid message but for one field. */
const withField = (field: string, value: unknown, code = 'invalid_request', named = field): Bad =>
  post({ ...valid, [field]: value }, { code, fields: [named] });
const get = (path: string, ...fields: string[]): Bad => ({ path, ...(fields.length > 0 && { fields }) });
const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);

const CONTENT: Record<string, Bad> = {
  'no content': post({ user_id: 'u' }, { fields: ['content'] }),
  'empty content': withField('content', '', 'content_empty'),
  'blank content': withField('content', ' \t\n\u00a0\u2003', 'content_empty'),
  'content that is too long': withField('content', 'x'.repeat(MAX_CONTENT + 1), 'content_too_long'),
  'content that is a number': withField('content', 7),
  'content that is null': withField('content', null),
  'content that is a list': withField('content', ['Hello']),
  'NUL in content': withField('content', 'a\0b'),
  'a lone high surrogate in content': withField('content', 'a\ud800b'),
  'a lone low surrogate in content': withField('content', '\udc00'),
};

const PRIORITY: Record<string, Bad> = Object.fromEntries(
  ['highest', 'HIGH', '', 0, 5, -1, 1.5, '1.5', null, true, [1], { name: 'high' }, 'toString'].map(
    (value) => [`the priority ${JSON.stringify(value)}`, withField('priority', value, 'invalid_priority')],
  ),
);

const FIELDS: Record<string, Bad> = {
  'no user': post({ content: 'Hello' }, { fields: ['user_id'] }),
  'a blank user': withField('user_id', '  ', 'invalid_user_id'),
  'a user that is too long': withField('user_id', 'u'.repeat(257), 'invalid_user_id'),
  'NUL in the user': withField('user_id', 'a\0', 'invalid_user_id'),
  'a lone surrogate in the user': withField('user_id', '\udfff', 'invalid_user_id'),
  'a user that is a number': withField('user_id', 1, 'invalid_user_id'),
  'an unknown field': withField('prioritaet', 'high'),
  'an unknown conversation': post(
    { ...valid, conversation_id: 'conv_0' },
    { status: 404, code: 'conversation_not_found' },
  ),
  'NUL in the conversation': withField('conversation_id', 'conv_\0'),
  'an empty conversation': withField('conversation_id', ''),
  'a conversation that is a number': withField('conversation_id', 1),
  'several bad fields': post(
    { user_id: 7, content: '', priority: 'x', nonsense: 1 },
    { fields: ['user_id', 'content', 'priority', 'nonsense'] },
  ),
  'metadata that is text': withField('metadata', 'text'),
  'metadata that is a list': withField('metadata', []),
  'metadata that is null': withField('metadata', null),
  'metadata that is too large': withField('metadata', { big: 'x'.repeat(16_384) }),
  'NUL in metadata': withField('metadata', { a: [{ b: 'x\0' }] }),
  'NUL in a key of metadata': withField('metadata', { 'x\0': 1 }, 'invalid_request', 'metadata.x\0'),
  'a lone surrogate in metadata': withField('metadata', { a: '\ud83d' }),
  'a number that is too large in metadata': post(
    '{"user_id":"u","content":"Hello","metadata":{"n":1e400}}',
    {},
  ),
};

const BODIES: Record<string, Bad> = {
  'no JSON': post('{"user_id":'),
  'an empty body': post(''),
  'a blank body': post('  '),
  'the body null': post('null'),
  'a list as body': post([valid], { fields: ['body'] }),
  'text as body': post('"text"', { fields: ['body'] }),
  'a number as body': post('7', { fields: ['body'] }),
  '100,000 nested lists': post(nested(100_000)),
  '100,000 nested lists that never end': post('['.repeat(100_000)),
  '20,000 nested objects': post(nested(20_000, '{"a":', '}').replace('}', '1}')),
  'metadata nested 100,000 deep': post(`{"user_id":"u","content":"x","metadata":{"a":${nested(100_000)}}}`),
  'a __proto__ key': post('{"user_id":"u","content":"x","__proto__":{"admin":true}}'),
  'a __proto__ key in metadata': post(
    '{"user_id":"u","content":"x","metadata":{"__proto__":{"admin":true}}}',
  ),
  'a constructor key': post('{"user_id":"u","content":"x","constructor":{"prototype":{"admin":true}}}'),
  'a body over the limit': post(
    { ...valid, content: 'x'.repeat(BODY_LIMIT) },
    { status: 413, code: 'payload_too_large' },
  ),
  ...Object.fromEntries(
    [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'nonsense',
      '',
    ].map((type) => [
      `the content-type "${type}"`,
      post(valid, { type, status: 415, code: 'unsupported_media_type' }),
    ]),
  ),
  'a form': post('user_id=u&content=Hello', {
    type: 'application/x-www-form-urlencoded',
    status: 415,
    code: 'unsupported_media_type',
  }),
};

const NOT_FOUND = { status: 404, code: 'route_not_found' };

const ODD_IDS = [
  '%00',
  'msg_%00',
  '%20',
  '..%2f..%2fetc%2fpasswd',
  "'%20OR%201=1--",
  'x'.repeat(300),
  '😀',
  '%ED%A0%80',
  '%ZZ',
];

/** Every route that takes an id, with this one. */
function withId(id: string): [string, Bad][] {
  const requests: [string, string, unknown?][] = [
    ['GET', `${MESSAGES}/${id}`],
    ['GET', `${MESSAGES}/${id}/stream`],
    ['DELETE', `${MESSAGES}/${id}`],
    ['GET', `${CONVERSATIONS}/${id}`],
    ['PUT', `${CONVERSATIONS}/${id}`, { title: 't' }],
    ['POST', `${CONVERSATIONS}/${id}/messages`, valid],
  ];
  return requests.map(([method, path, body]) => [`${method} ${path.slice(0, 60)}`, { method, path, body }]);
}

const PATHS: Record<string, Bad> = {
  'an unknown route': { path: '/api/v1/nothing', ...NOT_FOUND },
  'the root': { path: '/', ...NOT_FOUND },
  'a deeper route': { path: `${MESSAGES}/msg_0/stream/more`, ...NOT_FOUND },
  'PATCH on messages': { method: 'PATCH', path: MESSAGES, body: valid, ...NOT_FOUND },
  'PUT on messages': { method: 'PUT', path: MESSAGES, body: valid, ...NOT_FOUND },
  'DELETE on messages': { method: 'DELETE', path: MESSAGES, ...NOT_FOUND },
  'OPTIONS on messages': { method: 'OPTIONS', path: MESSAGES, ...NOT_FOUND },
  'POST to a stream': { method: 'POST', path: `${MESSAGES}/msg_0/stream`, body: {}, ...NOT_FOUND },
  'PROPFIND on messages': { method: 'PROPFIND', path: MESSAGES, ...NOT_FOUND },
  ...Object.fromEntries(ODD_IDS.flatMap(withId)),
};

const QUERIES: Record<string, Bad> = {
  ...Object.fromEntries(
    ['-1', '0', '101', 'NaN', 'Infinity', '1.5', '', '1e99', 'ten', '0x1f4', '99999999999999999999'].map(
      (limit) => [`limit=${limit}`, get(`${MESSAGES}?limit=${limit}`, 'limit')],
    ),
  ),
  ...Object.fromEntries(
    [
      ['page', '0'],
      ['page', 'NaN'],
      ['page', '1e9'],
      ['page_size', '101'],
      ['offset', '-1'],
      ['offset', 'NaN'],
      ['offset', '1e300'],
      ['order', 'up'],
      ['sort', 'content'],
      ['sort', 'id;drop table messages'],
      ['status', 'done'],
      ['priority', '0'],
      ['priority', 'null'],
      ['user_id', '%00'],
      ['user_id', ''],
      ['conversation_id', '%00'],
      ['after', '%00'],
      ['after', 'msg_unknown'],
      ['tenant', 'other'],
    ].map(([field, value]) => [`${field}=${value}`, get(`${MESSAGES}?${field}=${value}`, field!)]),
  ),
  'a parameter twice': get(`${MESSAGES}?limit=1&limit=2`, 'limit'),
  'a parameter __proto__': get(`${MESSAGES}?__proto__=1`, '__proto__'),
  'an unknown state of a conversation': get(`${CONVERSATIONS}?state=open`, 'state'),
  'a limit for conversations': get(`${CONVERSATIONS}?limit=0`, 'limit'),
  'NUL in a user’s path': get('/api/v1/users/%00/conversations'),
  'a last event id that is no number': get(`${MESSAGES}/msg_0/stream?last_event_id=x`, 'last_event_id'),
  'a negative last event id': get(`${MESSAGES}/msg_0/stream?last_event_id=-1`, 'last_event_id'),
};

const CONVERSATION: Record<string, Bad> = {
  'a conversation without a user': { ...post({}, { fields: ['user_id'] }), path: CONVERSATIONS },
  'NUL in the context': {
    ...post({ user_id: 'u', context: '\0' }, { fields: ['context'] }),
    path: CONVERSATIONS,
  },
  'a title that is too long': {
    ...post({ user_id: 'u', title: 'x'.repeat(501) }, { fields: ['title'] }),
    path: CONVERSATIONS,
  },
  'an unknown state': {
    method: 'PUT',
    path: `${CONVERSATIONS}/conv_0/state`,
    body: { state: 'open' },
    fields: ['state'],
  },
  'no state': { method: 'PUT', path: `${CONVERSATIONS}/conv_0/state`, body: {}, fields: ['state'] },
  'a message to an unknown conversation': {
    ...post({ content: 'Hello' }, { status: 404, code: 'conversation_not_found' }),
    path: `${CONVERSATIONS}/conv_0/messages`,
  },
};

const TABLE = { ...CONTENT, ...PRIORITY, ...FIELDS, ...BODIES, ...PATHS, ...QUERIES, ...CONVERSATION };

/** What no client may ever see. */
const INSIDES = /\bat .+:\d+:\d+|node_modules|\/dist\/|\.[jt]s\b|SELECT |invalid byte sequence/;

async function answerTo(url: string, bad: Bad) {
  const { method = 'GET', path = MESSAGES, body, type = JSON_TYPE, headers } = bad;
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  return { response, text: await response.text() };
}

function expectProblem(response: Response, text: string, bad: Bad): void {
  expect(text).not.toMatch(INSIDES);
  expect(response.status).toSatisfy((status: number) => status >= 400 && status < 500);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(text) as { errors?: { field: string; message: string }[] };
  const { status = bad.fields ? 400 : response.status, code } = bad;
  expect(response.status).toBe(status);
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^\/errors\/\w+$/),
    title: expect.any(String),
    status,
    code: expect.stringMatching(code ? `^${code}$` : /./),
    detail: expect.stringMatching(/\S/),
    request_id: response.headers.get('x-request-id'),
  });
  const named = [...new Set(problem.errors?.map(({ field }) => field))];
  expect(named).toEqual(bad.fields ?? named);
}

/** What was accepted is read back as it was sent. */
async function expectStored(client: Client, answer: Answer, sent: Record<string, unknown>): Promise<void> {
  const { body } = await client.get(answer.headers.get('location')!);
  const stored = { user_id: body.user_id, content: body.content, metadata: body.metadata };
  const { priority: _, ...fields } = sent;
  expect(stored).toMatchObject({ content: stored.content, metadata: {}, ...fields });
}

function expectRefused({ status, body }: Answer): void {
  expect(status).toSatisfy((code: number) => code >= 400 && code < 500);
  expect(body.code).toEqual(expect.any(String));
  expect(JSON.stringify(body)).not.toMatch(INSIDES);
}

describe.each(PROFILES)('bad input (%s)', (topology) => {
  let system: System;
  let client: Client;

  beforeAll(async () => {
    system = await startSystem(topology, {
      MESSAGE_MAX_CONTENT_LENGTH: String(MAX_CONTENT),
      HTTP_BODY_LIMIT: String(BODY_LIMIT),
      SIMULATOR_CHUNKS: '1',
      SIMULATOR_DELAY: '0ms',
    });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(() => system?.stop());

  test.each(Object.entries(TABLE))('%s is refused with a problem that says why', async (_, bad) => {
    const { response, text } = await answerTo(client.url, bad);
    expectProblem(response, text, bad);
    expect((await client.get(MESSAGES)).body.messages).toEqual([]);
    expect((await client.get(CONVERSATIONS)).body.conversations).toEqual([]);
  });

  test('what a problem points to explains it', async () => {
    const { body } = await client.post(MESSAGES, {});
    expect((await client.get(body.type)).body).toMatchObject({ code: body.code, status: 400 });
  });

  test('the longest content is taken, one character more is not', async () => {
    const id = await client.send('😀'.repeat(MAX_CONTENT / 2));
    expect(await client.ended(id)).toMatchObject({
      content: '😀'.repeat(MAX_CONTENT / 2),
      status: 'completed',
    });
  });

  test('whatever the JSON, it is stored as it was sent or refused', { timeout: 60_000 }, async () => {
    const json = fc.jsonValue({ stringUnit: 'binary' });
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    const bodies = fc.oneof(
      { weight: 1, arbitrary: json },
      {
        weight: 4,
        arbitrary: fc.record(
          {
            user_id: fc.oneof(fc.constant('u'), text, json),
            content: fc.oneof(text, json),
            priority: fc.oneof(fc.constantFrom('high', 1, 4, 'urgent'), json),
            metadata: fc.oneof(fc.dictionary(text, json), json),
            conversation_id: fc.oneof(fc.constant('conv_0'), json),
            extra: json,
          },
          { requiredKeys: [] },
        ),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          user_id: fc.constant('u'),
          content: text,
          metadata: fc.dictionary(text, json),
        }),
      },
    );
    const paths = fc.constantFrom(MESSAGES, MESSAGES, CONVERSATIONS, `${CONVERSATIONS}/conv_0/messages`);
    await fc.assert(
      fc.asyncProperty(paths, bodies, async (path, body) => {
        const sent = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
        const answer = await client.post(path, body);
        if (answer.status === 201) await expectStored(client, answer, sent);
        else expectRefused(answer);
      }),
      { numRuns: 300 },
    );
  });

  test('keys that JavaScript knows are kept in metadata', async () => {
    const metadata = {
      prototype: [1],
      constructor: 'x',
      toString: null,
      deep: { prototype: {}, hasOwnProperty: 1 },
    };
    const id = await client.send('Hello', { metadata });
    expect((await client.get(`${MESSAGES}/${id}`)).body.metadata).toMatchObject(metadata);
  });

  test('HEAD on a stream that has not ended is answered at once', async () => {
    const id = await client.send('Hello', { metadata: { simulate: { hang: true } } });
    const head = await client.request('HEAD', `${MESSAGES}/${id}/stream`);
    expect(head).toMatchObject({ status: 200, body: null });
    expect((await client.get(`${MESSAGES}/${id}`)).body.status).not.toBe('completed');
    await client.delete(`${MESSAGES}/${id}`);
  });

  test('bytes that are not UTF-8 do no harm', async () => {
    const body = Buffer.concat([
      Buffer.from('{"user_id":"u","content":"a'),
      Buffer.of(0xff, 0xc0, 0xed, 0xa0, 0x80),
      Buffer.from('"}'),
    ]);
    const response = await fetch(client.url + MESSAGES, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE },
      body,
    });
    expect(response.status).toBeLessThan(500);
  });
});
