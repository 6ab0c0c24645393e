import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type Report } from './bench.js';
import { sleep } from './fleet.js';
import { type Actor, onStage, type Stage } from './stage.js';
import { round } from './statistics.js';

const CLIENTS = 50;
const CALLS = 12;
/** Half of the calls fit into the first minute. */
const RPM = (CLIENTS * CALLS) / 2;
const LIMITS = {
  STRICT_RPM: String(RPM),
  STRICT_AT_ONCE: '10',
  STRICT_CALL_MS: '200',
  STRICT_RESETS: '0.02',
};
/** The official clients try twice more, after about half a second and a second. */
const RETRIES_MS = [500, 1_000];
const GOAL = { failures: 0.01, wasted: 0.05 };

/** HiveMind (arXiv 2604.17111): agents that share an API with limits, with and without somebody between them. */
export const hivemind: Bench = {
  name: 'hivemind',
  about:
    '50 clients against an upstream with limits that drops connections: failures and wasted calls, beside direct calls',
  run: () => onStage(measure),
};

interface Result {
  /** Part of what the clients asked for. */
  readonly failures: number;
  /** Part of the calls that the upstream saw and that came to nothing. */
  readonly wasted: number;
  readonly seconds: number;
}

async function measure(stage: Stage): Promise<Report> {
  const direct = await run(await stage.helper('tests/bench/strict-upstream.js', LIMITS), askDirectly);
  const folder = mkdtempSync(join(tmpdir(), 'llmq-hivemind-'));
  try {
    const upstream = await stage.helper('tests/bench/strict-upstream.js', LIMITS);
    const gateway = await product(stage, upstream, join(folder, 'providers.yaml'));
    return report(direct, await run(upstream, () => askProduct(gateway)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function product(stage: Stage, { url }: Actor, file: string): Promise<Actor> {
  writeFileSync(
    file,
    `providers:
  - name: strict
    kind: openai-compatible
    endpoints: [{ url: '${url}/v1' }]
    keys: [{ id: main, secret: bench, limits: { requests_per_minute: ${RPM} } }]
    max_concurrency: ${LIMITS.STRICT_AT_ONCE}
    default_model: m
    models: [{ id: m, capabilities: [chat], context_window: 1000, max_output_tokens: 100, price: free, quality: 1, speed: 1 }]
`,
  );
  const env = { PROVIDERS_FILE: file };
  const [gateway] = await Promise.all(
    ['api-gateway', 'queue-manager', 'queue-manager', 'scheduler'].map((name) => stage.role(name, env)),
  );
  return gateway!;
}

/** Every client asks one thing after the other. */
async function run(upstream: Actor, ask: (url: string) => Promise<boolean>): Promise<Result> {
  const startedAt = performance.now();
  let failed = 0;
  const client = async () => {
    for (let i = 0; i < CALLS; i += 1) if (!(await ask(upstream.url))) failed += 1;
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const counts = (await (await fetch(`${upstream.url}/counts`)).json()) as Record<string, number>;
  const { answered = 0, refused = 0, reset = 0 } = counts;
  return {
    failures: failed / (CLIENTS * CALLS),
    wasted: (refused + reset) / (answered + refused + reset),
    seconds: (performance.now() - startedAt) / 1_000,
  };
}

async function askDirectly(url: string): Promise<boolean> {
  for (const waitMs of [0, ...RETRIES_MS]) {
    await sleep(waitMs);
    try {
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true });
      const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
      await answer.text();
      if (answer.ok) return true;
    } catch {
      // The connection was dropped.
    }
  }
  return false;
}

async function askProduct({ url }: Actor): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: 'agent', content: 'hi' }),
  });
  if (!answer.ok) return false;
  const { id } = (await answer.json()) as { id: string };
  const events = await (await fetch(`${url}/api/v1/messages/${id}/stream`)).text();
  return events.includes('"status":"completed"');
}

function report(direct: Result, product: Result): Report {
  const of = ({ failures, wasted, seconds }: Result) => ({
    failures: round(failures, 4),
    wasted: round(wasted, 4),
    seconds: round(seconds, 0),
  });
  const [figures, baseline] = [of(product), of(direct)];
  const row = (name: string, { failures, wasted, seconds }: typeof figures) => [
    name,
    `${round(failures * 100, 1)} %`,
    `${round(wasted * 100, 1)} %`,
    String(seconds),
  ];
  return {
    name: 'hivemind',
    figures,
    baseline,
    ratio: null,
    goal: `failures ≤ ${GOAL.failures * 100} %, wasted upstream calls ≤ ${GOAL.wasted * 100} %`,
    ok: figures.failures <= GOAL.failures && figures.wasted <= GOAL.wasted,
    table: [
      [
        `${CLIENTS} clients, ${CLIENTS * CALLS} questions, ${RPM} a minute`,
        'failed',
        'wasted calls',
        'seconds',
      ],
      row('direct, two retries', baseline),
      row('product', figures),
    ],
  };
}
