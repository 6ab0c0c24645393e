import { Queue } from 'bullmq';
import Fastify from 'fastify';

/**
 * What the accept bench compares with: Fastify and one `queue.add` of the payload, as in the manuals. Nothing
 * is checked, and nothing but Redis knows the message.
 */
const redis = new URL(process.env['REDIS_URL'] ?? '');
const queue = new Queue('bare', { connection: { host: redis.hostname, port: Number(redis.port) } });
const server = Fastify();

server.post('/messages', async (request, reply) => {
  const job = await queue.add('message', request.body);
  return reply.status(201).send({ id: job.id });
});

const url = await server.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`listening on ${url}\n`);
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
