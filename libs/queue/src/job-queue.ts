import { type Priority } from '#contracts';
import { type Granted, type Spread } from '#limits';

/** The jobs of one priority that go to one upstream. */
export interface Band {
  readonly lane: string;
  readonly priority: Priority;
}

/** Whose job it is, for the limits that hold before it runs. */
export interface JobOrigin {
  readonly tenantId: string;
  readonly userId: string;
  readonly taskType: string | null;
  /** Expected, of input and output. */
  readonly tokens: number;
}

/** What the schedule holds of a message: never its content. */
export interface JobToAdd extends Band {
  readonly messageId: string;
  readonly origin: JobOrigin;
  /** Who shares the band with whom: the user. */
  readonly flow: string;
  /** What the job takes of its flow's share: tokens ÷ weight. */
  readonly cost: number;
  /** Epoch ms from when on it could have started. */
  readonly sinceMs: number;
  /** How long it stays invisible: until `sinceMs`. */
  readonly delayMs?: number;
  /** How often the message was claimed: each of these may have left a job in the hands of a dead worker. */
  readonly attempt?: number;
}

/** A job that this process has taken and must bring to an end. */
export interface TakenJob extends Band {
  readonly messageId: string;
  readonly token: string;
  /** Epoch ms from when on it could have started. */
  readonly sinceMs: number;
  /** By which it can be hastened once it is delayed. */
  readonly ref: string;
  /** Undefined: it was added before jobs had one. */
  readonly origin: JobOrigin | undefined;
}

export type Counts = Readonly<Record<Priority, number>>;

/** How long the job that comes next in each band has waited, in ms; a band without one is left out. */
export type HeadWaits = Readonly<Partial<Record<Priority, number>>>;

/** Where a job stands in its band. */
export interface Place {
  /** How many jobs are taken before it; at least so many when there is a `part`. */
  readonly ahead: number;
  /** It is too far behind to be counted: how far it is from the first to the last job of the band, 0 to 1. */
  readonly part: number | undefined;
}

/** A lane that could start jobs, and how many. */
export interface LaneAsk {
  readonly lane: string;
  /** Most calls at once on its upstream, over all processes. */
  readonly limit: number;
  /** How many of them only realtime may use. */
  readonly reserved: number;
  /** Most jobs to start now. */
  readonly most: number;
  /** Bands that are not paused. */
  readonly open: readonly Priority[];
  /** Given: starts of all but realtime are kept apart. */
  readonly spread?: Spread;
}

/** What a dispatcher could start now: at most `room` jobs over all lanes, the first ones first. */
export interface LookAsk {
  readonly room: number;
  /** Most calls at once on all lanes together, over all processes; 0: as many as they have slots. */
  readonly limit: number;
  readonly lanes: readonly LaneAsk[];
}

export interface BandLook {
  /** Jobs that can be taken, at least up to a few dozens exact. */
  readonly ready: number;
  /** How long the job that comes next has waited; undefined: there is none. */
  readonly headWaitMs: number | undefined;
}

export interface LaneLook {
  readonly lane: string;
  readonly bands: Readonly<Record<Priority, BandLook>>;
  /** For how long nobody may call its upstream, whoever found that out; 0: it may be called. */
  readonly pausedMs: number;
  /** The slots that were won for what is ready. */
  readonly granted: Granted;
}

export interface Look {
  readonly lanes: readonly LaneLook[];
  /** Time until the next delayed job can be taken, or one that was held back; undefined: there is none. */
  readonly nextDueMs: number | undefined;
}

/**
 * The schedule: four bands of jobs for each lane, each job known by the id of its message. Inside a band the flows share
 * fairly by cost. The schedule may be lost as a whole and is then rebuilt from the ledger. Delivery is at least once: a
 * job whose worker is silent for the lock's duration is given to another one. `job-queue.conformance.ts` is the
 * specification.
 */
export abstract class JobQueue {
  /** Adds at once; a job that is already there stays as it is. Throws when the schedule is away. */
  abstract add(jobs: readonly JobToAdd[]): Promise<void>;
  /** Looks at the bands and wins slots for what is ready in them, in one step. */
  abstract look(ask: LookAsk): Promise<Look>;
  /** The next job of a band, locked for this process; undefined when the band is empty. */
  abstract take(band: Band): Promise<TakenJob | undefined>;
  /** The job is over and leaves the schedule. */
  abstract complete(job: TakenJob): Promise<void>;
  /** The job becomes visible again after `delayMs`. */
  abstract delay(job: TakenJob, delayMs: number): Promise<void>;
  /** A delayed job can be taken now; false when there is no such delayed job. */
  abstract hasten(ref: string): Promise<boolean>;
  /** The job can be taken again at once, by whichever worker comes first. */
  abstract putBack(job: TakenJob): Promise<void>;
  /** Renews locks; answers with the jobs whose lock was lost to another worker. */
  abstract extend(jobs: readonly TakenJob[]): Promise<TakenJob[]>;
  /** Takes the waiting jobs of a message out that was claimed `attempt` times; one that runs stays. */
  abstract remove(messageId: string, band: Band, attempt?: number): Promise<void>;
  /** A flow has used so much more (or less) of its share than its job was charged. */
  abstract settle(band: Band, flow: string, cost: number): void;
  /** How many jobs wait in each lane, delayed ones included. */
  abstract waiting(): Promise<Readonly<Record<string, Counts>>>;
  /** By lane. */
  abstract headWaits(): Promise<Readonly<Record<string, HeadWaits>>>;
  /** Undefined when the job does not wait to be taken: it runs, is delayed, or is not there. */
  abstract placeOf(band: Band, messageId: string, attempt: number): Promise<Place | undefined>;
  /** Changes when the schedule has lost what it held. */
  abstract generation(): Promise<string>;
  /** Starts to look for jobs of silent workers. */
  abstract startRecovery(): Promise<void>;
  /** Calls `listener` when something may be ready. Returns the function that ends it. */
  abstract onBell(listener: () => void): () => void;
  /** Tells every dispatcher that something may be ready. */
  abstract ring(): void;
  abstract close(): Promise<void>;
}
