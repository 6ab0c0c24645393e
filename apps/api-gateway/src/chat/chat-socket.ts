import { type Caller, type Failure, type Session } from '#contracts';
import { type Socket } from '#sockets';

/** Who is at the other end, and what goes back there. */
export interface Correspondent {
  readonly caller: Caller;
  readonly session: Pick<Session, 'tenantId' | 'id'>;
  /** Undefined: the session's. */
  readonly userId: string | undefined;
  /** Whether replies go back over the socket, or to the readers of the session only. */
  readonly getsReplies: boolean;
}

/** What became of a text: a message of this id, or nothing. */
export type Outcome = { readonly id: string } | { readonly failure: Failure };

/** What a chat does with a text, and with the message that it became. */
export interface Clerk {
  /** Never throws. */
  accept(text: string, from: Correspondent, socket: Socket): Promise<Outcome>;
  /** Resolves when the reply has ended, and was sent to whoever gets it; or why there is none. Never throws. */
  answer(outcome: Outcome, to: Correspondent, socket: Socket, signal: AbortSignal): Promise<void>;
}

/**
 * One client that sends plain text. Texts are accepted one after the other, so that the turns have their order, and
 * answered one after the other, in the same order. While too many are without an answer none is accepted, and nothing more
 * is read. What was read is accepted also when the client has left: leaving is not cancelling.
 */
export class ChatSocket {
  /** Read, and not accepted yet. */
  readonly #texts: string[] = [];
  /** Accepted, and not answered yet; without the one that is being answered. */
  readonly #outcomes: Outcome[] = [];
  #unanswered = 0;
  /** Made with the first text: most connections are idle for most of their life. */
  #gone: AbortController | undefined;
  #isGone = false;
  #isAccepting = false;
  #isAnswering = false;
  #isPaused = false;

  constructor(
    private readonly socket: Socket,
    private readonly peer: Correspondent,
    private readonly clerk: Clerk,
    private readonly maxUnanswered: number,
  ) {
    socket.onText((text) => this.#receive(text));
    socket.onClose(() => this.#leave());
  }

  #receive(text: string): void {
    this.#texts.push(text);
    if (!this.#isPaused && this.#isFull()) {
      this.#isPaused = true;
      this.socket.pause();
    }
    void this.#accept();
  }

  #isFull(): boolean {
    return this.#texts.length + this.#unanswered >= this.maxUnanswered;
  }

  async #accept(): Promise<void> {
    if (this.#isAccepting) return;
    this.#isAccepting = true;
    while (this.#texts.length > 0 && this.#unanswered < this.maxUnanswered) {
      this.#unanswered += 1;
      this.#outcomes.push(await this.clerk.accept(this.#texts.shift()!, this.peer, this.socket));
      void this.#answer();
    }
    this.#isAccepting = false;
    this.#stopIfGone();
  }

  async #answer(): Promise<void> {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    const { signal } = (this.#gone ??= new AbortController());
    while (this.#outcomes.length > 0 && !signal.aborted) {
      await this.clerk.answer(this.#outcomes.shift()!, this.peer, this.socket, signal);
      this.#unanswered -= 1;
      this.#goOn();
    }
    this.#isAnswering = false;
  }

  #goOn(): void {
    void this.#accept();
    if (!this.#isPaused || this.#isFull() || this.#isGone) return;
    this.#isPaused = false;
    this.socket.resume();
  }

  #leave(): void {
    this.#isGone = true;
    this.#stopIfGone();
  }

  /** Answers are still followed while they say when the next text may be accepted. */
  #stopIfGone(): void {
    if (this.#isGone && this.#texts.length === 0) this.#gone?.abort();
  }
}
