import { errorText } from './error-reply.js';
import { replyDeltas } from './reply-text.js';
import { countsOf, headersOf, reasonOf, type Scene, toolCallsOf } from './scene.js';

/** The reply as one JSON body, sent when a stream of the same reply would end. */
export async function wholeReply(scene: Scene): Promise<void> {
  const { behaviour, request, answer } = scene;
  const { firstChunkDelayMs = 0, chunkDelayMs = 0 } = behaviour;
  const deltas = replyDeltas(behaviour, request.messages);
  await answer.pause(firstChunkDelayMs + (deltas.length - 1) * chunkDelayMs);
  const body = Buffer.from(bodyOf(scene, deltas));
  const half = Math.floor(body.length / 2);
  answer.start(behaviour.status ?? 200, {
    ...headersOf(scene, 'application/json'),
    'content-length': body.length,
  });
  await answer.write(body.subarray(0, half));
  if (behaviour.cutAfterChunks !== undefined) return answer.cut();
  if (behaviour.hangAfterChunks !== undefined) return answer.hang();
  await answer.write(body.subarray(half));
  if (behaviour.garbage || isError(scene)) answer.end('error');
  else answer.end('completed', countsOf(scene, deltas.length));
}

function isError({ behaviour: { errorInStream } }: Scene): boolean {
  return errorInStream !== undefined && errorInStream !== false;
}

function bodyOf(scene: Scene, deltas: readonly string[]): string {
  const { id, wire, behaviour, request } = scene;
  if (isError(scene)) return errorText(scene, 500);
  const body = wire.whole({
    id,
    model: request.model,
    text: deltas.join(''),
    reasoning: behaviour.reasoning ?? '',
    toolCalls: toolCallsOf(scene),
    reason: reasonOf(behaviour),
    counts: countsOf(scene, deltas.length),
    isEmpty: behaviour.emptyChoices === true,
  });
  return behaviour.garbage ? body.slice(0, -20) : body;
}
