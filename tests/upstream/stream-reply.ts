import { errorText } from './error-reply.js';
import { ChunkWriter, usageOf } from './openai-wire.js';
import { replyDeltas } from './reply-text.js';
import { headersOf, type Scene } from './scene.js';

/** Broken JSON, bytes that are not UTF-8, and a line that is no event. */
const GARBAGE = Buffer.concat([
  Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"brok\n\ndata: '),
  Buffer.of(0xff, 0xfe, 0x80, 0x00),
  Buffer.from('\n\n<<< this is not an event >>>\n\n'),
]);

/** The reply as server-sent events. */
export async function streamReply(scene: Scene): Promise<void> {
  const { id, behaviour, request, answer } = scene;
  const { includeUsage } = request;
  const deltas = replyDeltas(behaviour, request.messages);
  const chunks = new ChunkWriter(id, request.model, {
    includeUsage,
    withChoices: behaviour.emptyChoices !== true,
  });
  answer.start(behaviour.status ?? 200, headersOf(scene, 'text/event-stream; charset=utf-8'));
  await answer.pause(behaviour.firstChunkDelayMs ?? 0);
  if (behaviour.emptyChoices === 'first') await answer.write(chunks.withoutChoices());
  await answer.write(chunks.role());
  const fault = await sendDeltas(scene, chunks, deltas);
  if (fault) return fault(scene);
  await answer.write(chunks.finish(behaviour.finishReason ?? 'stop'));
  if (includeUsage && !behaviour.noUsage)
    await answer.write(chunks.usage(usageOf(request.messages, deltas.length)));
  if (!behaviour.noDone) await answer.write('data: [DONE]\n\n');
  answer.end('completed');
}

type Fault = (scene: Scene) => Promise<void>;

/** Gives back what goes wrong, at the place where it does. */
async function sendDeltas(
  scene: Scene,
  chunks: ChunkWriter,
  deltas: readonly string[],
): Promise<Fault | undefined> {
  const { answer, behaviour } = scene;
  for (const [i, delta] of deltas.entries()) {
    const fault = faultAfter(i, deltas.length, scene);
    if (fault) return fault;
    if (i > 0) await answer.pause(behaviour.chunkDelayMs ?? 0);
    await answer.writeDelta(chunks.content(delta));
  }
  return faultAfter(deltas.length, deltas.length, scene);
}

/** What goes wrong once so many of all deltas are sent; a place past the end means the end. */
function faultAfter(sent: number, total: number, { behaviour }: Scene): Fault | undefined {
  const isDue = (after: number | undefined) => after !== undefined && sent === Math.min(after, total);
  if (isDue(behaviour.cutAfterChunks)) return ({ answer }) => answer.cut();
  if (isDue(behaviour.hangAfterChunks)) return ({ answer }) => answer.hang();
  if (behaviour.garbage && isDue(1)) return (scene) => lastWords(scene, GARBAGE);
  if (isDue(errorPlace(behaviour.errorInStream)))
    return (scene) => lastWords(scene, `data: ${errorText(behaviour, 500)}\n\n`);
  return undefined;
}

function errorPlace(errorInStream: boolean | number | undefined): number | undefined {
  if (errorInStream === true) return Infinity;
  return errorInStream === false ? undefined : errorInStream;
}

async function lastWords({ answer }: Scene, text: string | Buffer): Promise<void> {
  await answer.write(text);
  answer.end('error');
}
