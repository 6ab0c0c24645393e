import { type Bench, type Report } from './bench.js';
import { get, type Path, post, timeToFirstToken } from './first-token.js';
import { startPortkey } from './portkey.js';
import { type Actor, onStage, type Stage } from './stage.js';
import { median, quantile, range, round } from './statistics.js';

const WARM_UP = 50;
const ROUNDS = 7;
const REQUESTS = 25;

const GOAL = { p50Ms: 5, p99Ms: 20 };

const QUESTION = 'How long does a question take to become an answer, when nobody has to think about it?';

const CHAT = { model: 'fake-model', messages: [{ role: 'user', content: QUESTION }], stream: true };

/** The first content that is not empty, in the wire format of OpenAI. */
const FIRST_WORD = /"content":"[^"]/;

export const overhead: Bench = {
  name: 'overhead',
  about: 'time to first token that the durable queue adds to a call, beside the Portkey gateway',
  run: () => onStage(measure),
};

async function measure(stage: Stage): Promise<Report> {
  const upstream = await stage.helper('tests/upstream/main.js');
  const openai = { OPENAI_API_KEY: 'bench-key-0123456789', OPENAI_BASE_URL: `${upstream.url}/v1` };
  const [gateway, , portkey] = await Promise.all([
    stage.role('api-gateway', openai),
    stage.role('queue-manager', openai),
    startPortkey(stage),
  ]);
  const paths = [direct(upstream), durable(gateway)];
  if (typeof portkey !== 'string') paths.push(throughPortkey(portkey, upstream));
  const rounds = await interleaved(paths);
  return report(rounds, typeof portkey === 'string' ? portkey : undefined);
}

function direct({ url }: Actor): Path {
  return {
    name: 'the upstream',
    ask: () => post(`${url}/v1/chat/completions`, CHAT),
    firstWord: FIRST_WORD,
  };
}

/** Two requests: the message is accepted, on disk, and only then its reply is asked for. */
function durable({ url }: Actor): Path {
  return {
    name: 'the queue',
    ask: async () => {
      const accepted = await post(`${url}/api/v1/messages`, { user_id: 'bench', content: QUESTION });
      const { id } = (await accepted.json()) as { id: string };
      return get(`${url}/api/v1/messages/${id}/stream`);
    },
    firstWord: /^event: delta$/m,
  };
}

function throughPortkey({ url }: Actor, upstream: Actor): Path {
  const headers = {
    authorization: 'Bearer bench-key-0123456789',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream.url}/v1`,
  };
  return {
    name: 'Portkey',
    ask: () => post(`${url}/v1/chat/completions`, CHAT, headers),
    firstWord: FIRST_WORD,
  };
}

/** Per path its rounds of times in ms. */
async function interleaved(paths: readonly Path[]): Promise<number[][][]> {
  const rounds: number[][][] = paths.map(() => []);
  for (const path of paths) await times(path, WARM_UP);
  for (let i = 0; i < ROUNDS; i += 1)
    for (const [which, path] of paths.entries()) rounds[which]!.push(await times(path, REQUESTS));
  return rounds;
}

async function times(path: Path, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(await timeToFirstToken(path));
  return all;
}

interface Summary {
  readonly p50: number;
  readonly p99: number;
  readonly medians: readonly number[];
}

function summary(rounds: readonly number[][]): Summary {
  const medians = rounds.map(median);
  return { p50: median(medians), p99: quantile(rounds.flat(), 0.99), medians };
}

/** What is added is counted from the median of the direct call, also at p99: that of a direct p99 would flatter. */
function report([direct = [], durable = [], portkey]: number[][][], absent: string | undefined): Report {
  const [bare, ours, theirs] = [summary(direct), summary(durable), portkey && summary(portkey)];
  const added = (of: Summary) => ({ p50: round(of.p50 - bare.p50), p99: round(of.p99 - bare.p50) });
  const [mine, portkeys] = [added(ours), theirs && added(theirs)];
  const below = portkeys !== undefined && mine.p50 < portkeys.p50;
  const row = (name: string, of: Summary) => [
    name,
    of.p50.toFixed(2),
    range(of.medians, 2),
    of.p99.toFixed(2),
    ...(of === bare ? ['', ''] : [added(of).p50.toFixed(2), added(of).p99.toFixed(2)]),
  ];
  return {
    name: 'overhead',
    figures: { added_p50_ms: mine.p50, added_p99_ms: mine.p99 },
    baseline: {
      direct_p50_ms: round(bare.p50),
      direct_p99_ms: round(bare.p99),
      ...(portkeys
        ? { portkey_added_p50_ms: portkeys.p50, portkey_added_p99_ms: portkeys.p99 }
        : { portkey: `not measured: ${absent}` }),
    },
    ratio: portkeys ? round(mine.p50 / portkeys.p50, 3) : null,
    goal: `added p50 ≤ ${GOAL.p50Ms} ms, p99 ≤ ${GOAL.p99Ms} ms, and p50 below Portkey's`,
    ok: mine.p50 <= GOAL.p50Ms && mine.p99 <= GOAL.p99Ms && below,
    table: [
      ['time to first token, ms', 'p50', 'range', 'p99', 'added p50', 'added p99'],
      row('upstream alone', bare),
      row('through the durable queue', ours),
      theirs ? row('through Portkey', theirs) : [`Portkey not measured: ${absent}`, '', '', '', '', ''],
    ],
  };
}
