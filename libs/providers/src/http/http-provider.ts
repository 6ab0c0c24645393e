import { Agent, type Dispatcher, request as httpRequest } from 'undici';
import { type ProviderSpec } from '#catalog';
import { type AppError } from '#contracts';
import { AddressGuard } from '#outbound';
import { type ChatRequest, type ParameterName } from '../chat.js';
import { readLimits } from '../limits-seen.js';
import { mapRefusal } from '../map-refusal.js';
import { type Provider, type ProviderEvent, type Via } from '../provider.js';
import { readError } from '../upstream-error.js';
import { CallClock } from './call-clock.js';
import { type Dialect } from './dialect.js';
import { errorWithoutSecret, mapBroken, withoutSecret } from './failures.js';
import { readSome } from './read-some.js';

type Response = Dispatcher.ResponseData;

/** Calls a provider over HTTP, in whatever dialect it speaks. */
export class HttpProvider implements Provider {
  readonly name: string;
  readonly model: string;
  readonly maxConcurrency: number;
  readonly ignores: readonly ParameterName[];
  readonly #agent: Agent;
  #guarded: Agent | undefined;

  constructor(
    readonly spec: ProviderSpec,
    private readonly dialect: Dialect,
    private readonly guard = new AddressGuard(),
  ) {
    this.name = spec.name;
    this.model = spec.defaultModel;
    this.maxConcurrency = spec.maxConcurrency;
    this.ignores = dialect.ignores;
    this.#agent = new Agent(this.#options);
  }

  async *stream(request: ChatRequest, via: Via, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const { url, ...wording } = this.#wording(request, via);
    const clock = new CallClock(this.spec.timeouts, signal);
    let finished = false;
    try {
      const response = await httpRequest(url, { ...wording, signal: clock.signal });
      const limits = readLimits(response.headers);
      if (limits) yield { type: 'limits', limits };
      if (response.statusCode !== 200) throw await this.#refusal(response, via);
      for await (const event of clock.watch(this.dialect.events(response.body))) {
        yield event;
        if (event.type !== 'finish') continue;
        finished = true;
        clock.linger();
      }
    } catch (error) {
      if (finished) return;
      if (clock.signal.aborted) throw clock.signal.reason;
      throw errorWithoutSecret(mapBroken(error), via.key?.secret);
    } finally {
      clock.end();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#guarded?.destroy()]);
  }

  get #options(): Agent.Options {
    const { maxConcurrency: connections } = this.spec;
    return { connections, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 };
  }

  #agentFor({ endpoint }: Via): Agent {
    if (!endpoint.guarded) return this.#agent;
    return (this.#guarded ??= new Agent({ ...this.#options, connect: this.guard.connector() }));
  }

  #wording(request: ChatRequest, via: Via) {
    const { dialect } = this;
    return {
      url: dialect.url(via.endpoint.url.replace(/\/+$/, '')),
      method: 'POST' as const,
      headers: {
        ...dialect.headers(via.key?.secret),
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'x-request-id': request.requestId,
        ...(request.traceparent !== undefined && { traceparent: request.traceparent }),
      },
      body: JSON.stringify(dialect.body(request, via)),
      dispatcher: this.#agentFor(via),
    };
  }

  async #refusal({ statusCode, headers, body }: Response, via: Via): Promise<AppError> {
    // Some providers repeat the key that they refuse.
    const text = withoutSecret(await readSome(body), via.key?.secret);
    const said = readError(statusCode, text);
    return mapRefusal(said, readLimits(headers), this.dialect.codeOf?.(said, via));
  }
}
