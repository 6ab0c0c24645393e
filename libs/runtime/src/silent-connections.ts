import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';

/**
 * At shutdown cuts connections on which nothing was ever asked, such as browsers and load balancers open in advance: Node
 * does not count them as idle, and would wait for their first request as long as it may take.
 */
export function cutSilentConnections(server: FastifyInstance): void {
  const silent = new Set<Socket>();
  let closing = false;
  server.server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  for (const event of ['request', 'upgrade'])
    server.server.on(event, ({ socket }: { readonly socket: Socket }) => silent.delete(socket));
  server.addHook('preClose', (done) => {
    closing = true;
    for (const socket of silent) socket.destroy();
    done();
  });
}
