import { type FastifyReply } from 'fastify';
import { type Accepted } from '#walk';
import { acceptedView } from './message.view.js';

/** The answer to a message that was accepted, now or by an earlier request that this one repeats. */
export function replyAccepted(reply: FastifyReply, accepted: Accepted) {
  reply.header('location', `/api/v1/messages/${accepted.message.id}`);
  if (accepted.replayed) reply.header('idempotency-replayed', 'true');
  return acceptedView(accepted);
}
