import { type ServerResponse } from 'node:http';
import { type Disconnect, type Transport } from '#centrifuge';

/** A client that takes nothing more after the last message is cut off after this. */
const CLOSE_PATIENCE_MS = 5_000;

/** How a message is written. */
export type Encode = (message: string) => string;

export const asEvent: Encode = (message) => `data: ${message}\n\n`;
export const asLine: Encode = (message) => `${message}\n`;

/** A connection whose way out is one HTTP response, and whose way back is `/emulation`. */
export class HttpTransport implements Transport {
  readonly emulated = true;
  readonly unidirectional: boolean = false;

  constructor(
    protected readonly response: ServerResponse,
    private readonly encode: Encode,
  ) {}

  send(messages: readonly string[]): void {
    if (!this.response.writableEnded && !this.response.destroyed)
      this.response.write(messages.map(this.encode).join(''));
  }

  get buffered(): number {
    return this.response.writableLength;
  }

  drained(): Promise<void> {
    const { response } = this;
    if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  close({ code, reason }: Disconnect): void {
    this.send([JSON.stringify({ push: { disconnect: { code, reason } } })]);
    this.response.end();
    setTimeout(() => this.response.destroy(), CLOSE_PATIENCE_MS).unref();
  }
}

const PUSH = '{"push":';
const REPLY = '{"id":1,';

/** For clients that only listen: pushes without their wrapping, and the answer to the connect as one of them. */
export class UnidirectionalTransport extends HttpTransport {
  override readonly unidirectional: boolean = true;

  constructor(response: ServerResponse) {
    super(response, asEvent);
  }

  override send(messages: readonly string[]): void {
    super.send(messages.map(bare));
    if (messages.some((message) => message.startsWith(`${REPLY}"error"`))) this.response.end();
  }
}

function bare(message: string): string {
  if (message.startsWith(PUSH)) return message.slice(PUSH.length, -1);
  if (!message.startsWith(`${REPLY}"error"`)) return message.replace(REPLY, '{');
  const { error } = JSON.parse(message) as { error: { code: number; message: string; temporary?: true } };
  // There is no command that the error could answer; as a disconnect it says whether to come back.
  const code = error.temporary ? 3_004 : 3_500;
  return JSON.stringify({ disconnect: { code, reason: error.message } });
}
