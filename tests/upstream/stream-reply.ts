import { errorText } from './error-reply.js';
import { replyDeltas } from './reply-text.js';
import { countsOf, headersOf, reasonOf, type Scene, toolCallsOf } from './scene.js';
import { type StreamWriter } from './wire.js';

/** Broken JSON, bytes that are not UTF-8, and a line that is no event. */
const GARBAGE = Buffer.concat([
  Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"brok\n\ndata: '),
  Buffer.of(0xff, 0xfe, 0x80, 0x00),
  Buffer.from('\n\n<<< this is not an event >>>\n\n'),
]);

/** The reply as server-sent events. */
export async function streamReply(scene: Scene): Promise<void> {
  const { id, wire, behaviour, request, answer } = scene;
  const deltas = replyDeltas(behaviour, request.messages);
  const counts = countsOf(scene, deltas.length);
  const writer = wire.stream(id, request, behaviour.emptyChoices === true);
  answer.start(behaviour.status ?? 200, headersOf(scene, 'text/event-stream; charset=utf-8'));
  await answer.pause(behaviour.firstChunkDelayMs ?? 0);
  if (behaviour.emptyChoices === 'first') await answer.write(writer.nothing());
  await answer.write(writer.begin(counts));
  if (behaviour.reasoning !== undefined) await answer.write(writer.reasoning(behaviour.reasoning));
  const fault = await sendDeltas(scene, writer, deltas);
  if (fault) return fault(scene, writer);
  for (const [i, call] of toolCallsOf(scene).entries()) await answer.write(writer.toolCall(i, call));
  await answer.write(writer.end(reasonOf(behaviour), counts, behaviour.noDone ?? false));
  answer.end('completed', counts);
}

type Fault = (scene: Scene, writer: StreamWriter) => Promise<void>;

/** Gives back what goes wrong, at the place where it does. */
async function sendDeltas(
  scene: Scene,
  writer: StreamWriter,
  deltas: readonly string[],
): Promise<Fault | undefined> {
  const { answer, behaviour } = scene;
  for (const [i, delta] of deltas.entries()) {
    const fault = faultAfter(i, deltas.length, scene);
    if (fault) return fault;
    if (i > 0) await answer.pause(behaviour.chunkDelayMs ?? 0);
    await answer.writeDelta(writer.content(delta));
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
    return (scene, writer) => lastWords(scene, writer.error(errorText(scene, 500)));
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
