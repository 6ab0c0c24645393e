import { headersOf, type Scene } from './scene.js';

const PAGE =
  '<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n';

/** The error of the script as text: its own body, or the API's for the status. */
export function errorText({ behaviour: { errorBody: own }, wire }: Scene, status: number): string {
  if (own === undefined) return wire.error(status, `The fake upstream was told to answer ${status}`);
  return typeof own === 'string' ? own : JSON.stringify(own);
}

export async function errorReply(scene: Scene): Promise<void> {
  const status = scene.behaviour.status ?? 500;
  await send(scene, { status, contentType: 'application/json', body: errorText(scene, status) });
}

/** What a proxy in front of the model answers. */
export async function pageReply(scene: Scene): Promise<void> {
  const status = scene.behaviour.status ?? 200;
  await send(scene, { status, contentType: 'text/html; charset=utf-8', body: PAGE });
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

async function send(scene: Scene, { status, contentType, body }: Page): Promise<void> {
  const { answer, behaviour } = scene;
  await answer.pause(behaviour.firstChunkDelayMs ?? 0);
  answer.start(status, { ...headersOf(scene, contentType), 'content-length': Buffer.byteLength(body) });
  await answer.write(body);
  answer.end('error');
}
