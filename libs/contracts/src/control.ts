/** What processes tell each other over the control bus; delivery is at most once, the ledger holds the truth. */
export interface ControlEvents {
  /** A running message shall stop now. */
  'message.cancel': { readonly messageId: string };
  /** How a worker process is doing, once a second. */
  'worker.pulse': WorkerPulse;
}

export interface WorkerPulse {
  readonly processId: string;
  readonly running: number;
  /** Calls that the upstream may run at once, over all processes. */
  readonly slots: number;
  /** Mean time of one attempt, in ms; null while none has ended. */
  readonly meanRunMs: number | null;
}

export type ControlEvent = keyof ControlEvents;
