import { type Context } from '../command.js';
import { CliError } from '../exit-codes.js';
import { followReply, type ReplyEvent } from './follow-reply.js';

/** What of a message the commands show; the JSON has all of it. */
export interface MessageView {
  readonly id: string;
  readonly conversation_id: string | null;
  readonly user_id: string;
  readonly content: string;
  readonly priority: string;
  readonly provider: string;
  readonly model: string | null;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly reply: { readonly content: string } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Prints a reply as it comes; answers with the last event, or nothing when the end had been seen before. */
export async function showReply(
  { api, terminal, signal }: Pick<Context, 'api' | 'terminal' | 'signal'>,
  id: string,
  after = 0,
): Promise<ReplyEvent | undefined> {
  let open = false;
  const following = {
    after,
    signal,
    onWaiting: (text: string) => terminal.progress(waitingText(text)),
    onLost: () => terminal.progress('the connection was lost, trying again …'),
  };
  for await (const event of followReply(api, id, following)) {
    const { text = '', reason = 'a new attempt' } = event.data;
    if (event.event === 'reset' && open) terminal.note(`\n(the answer begins anew: ${reason})`);
    if (!terminal.asJson && text !== '') terminal.write(text);
    if (text !== '') open = !text.endsWith('\n');
    if (event.event !== 'end') continue;
    if (open && !terminal.asJson) terminal.write('\n');
    return event;
  }
  return undefined;
}

/** The message once it has ended; a bad end is an error. */
export async function endOf(
  { api, terminal }: Pick<Context, 'api' | 'terminal'>,
  id: string,
): Promise<MessageView> {
  const message = await api.get<MessageView>(`/api/v1/messages/${encodeURIComponent(id)}`);
  if (terminal.asJson) terminal.line(message, () => '');
  if (message.status === 'completed') return message;
  const { code = message.status, message: why = 'it has no reply' } = message.error ?? {};
  throw new CliError('no_reply', `The message ended as ${message.status}: ${why} (${code})`);
}

/** `waiting position=12 estimated_wait_ms=3400` for people. */
function waitingText(comment: string): string {
  const [, place] = /position=(\d+)/.exec(comment) ?? [];
  const [, ms] = /estimated_wait_ms=(\d+)/.exec(comment) ?? [];
  if (place === undefined) return 'waiting …';
  return `waiting, place ${place}${ms === undefined ? '' : `, about ${(Number(ms) / 1_000).toFixed(1)} s`} …`;
}
