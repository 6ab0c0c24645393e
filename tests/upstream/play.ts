import { errorReply, pageReply } from './error-reply.js';
import { type Scene } from './scene.js';
import { streamReply } from './stream-reply.js';
import { wholeReply } from './whole-reply.js';

/** Answers one call as its behaviour says. */
export async function play(scene: Scene): Promise<void> {
  const { behaviour, request, answer } = scene;
  if (behaviour.cutBeforeHeaders) return answer.cut();
  if (behaviour.hangBeforeHeaders) return answer.hang();
  await answer.pause(behaviour.headersDelayMs ?? 0);
  if (behaviour.html) return pageReply(scene);
  if ((behaviour.status ?? 200) >= 400) return errorReply(scene);
  return request.stream ? streamReply(scene) : wholeReply(scene);
}
