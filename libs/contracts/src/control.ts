import { type Priority } from './priority.js';
import { type KeyRest, type UpstreamPulse } from './upstream.js';

/** What processes tell each other over the control bus; delivery is at most once, the ledger holds the truth. */
export interface ControlEvents {
  /** A running message shall stop now. */
  'message.cancel': { readonly messageId: string };
  /** Nobody waits for a message any more, as far as this gateway knows; it is cancelled unless somebody does elsewhere. */
  'message.deserted': { readonly messageId: string };
  /** Somebody waits for it, or does so again. */
  'message.awaited': { readonly messageId: string };
  /** How a worker process is doing, once a second. */
  'worker.pulse': WorkerPulse;
  /** How many calls each upstream may run now, once a second. */
  'scheduler.plan': ConcurrencyPlan;
  /** Which bands are paused or drained now, whenever that changes. */
  'queue.pauses': BandPauses;
  /** A tenant's priority rules or user priorities have changed. */
  'preprocessing.changed': { readonly tenantId: string };
  /** How the endpoints of a worker process are doing, once a second. */
  'upstreams.pulse': UpstreamPulse;
  /** Somebody changed endpoints or how they are balanced: read them again. */
  'upstreams.changed': Readonly<Record<string, never>>;
  /** A key must rest, or is put back. */
  'upstreams.rest': KeyRest;
  /** A session has one more message, or has ended: closed, or deleted. */
  'session.changed': {
    readonly tenantId: string;
    readonly id: string;
    readonly ended?: SessionEnd | undefined;
  };
  /** A message failed for good. */
  'message.dead': { readonly messageId: string; readonly tenantId: string; readonly code: string };
}

/** Why the readers of a session have nothing more to wait for. */
export type SessionEnd = 'closed' | 'deleted';

export interface WorkerPulse {
  readonly processId: string;
  /** By the name of the lane: what goes to one upstream. */
  readonly lanes: Readonly<Record<string, LanePulse>>;
}

/** The counters only rise while the process lives, so that a lost pulse loses nothing. */
export interface LanePulse {
  /** Messages that this process runs now. */
  readonly running: number;
  /** Messages that it has started, by band. */
  readonly started: Readonly<Record<Priority, number>>;
  /** Calls that the upstream may run at once by configuration, over all processes. */
  readonly limit: number;
  /** Attempts that ended. */
  readonly ended: number;
  /** Their slots were held for this long, all together. */
  readonly busyMs: number;
  /** Attempts that the upstream turned away: 429, overload, timeout. */
  readonly drops: number;
  /** The upstream takes nothing before this time (Retry-After), as epoch ms; 0: it does. */
  readonly pausedUntilMs: number;
}

export interface ConcurrencyPlan {
  /** Rises with every change; a dispatcher never goes back to an older plan of the same leader. */
  readonly version: number;
  /** Epoch ms. */
  readonly atMs: number;
  /** By the name of the lane: calls at once, over all processes. */
  readonly slots: Readonly<Record<string, number>>;
}

/** `lane` and `priority` undefined: all of them. */
export interface PausedBand {
  readonly lane?: string | undefined;
  readonly priority?: Priority | undefined;
}

/** Bands that start nothing, and bands that accept nothing. */
export interface BandPauses {
  readonly paused: readonly PausedBand[];
  readonly drained: readonly PausedBand[];
}

export type ControlEvent = keyof ControlEvents;
