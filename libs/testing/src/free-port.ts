import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Another process may take a free port before we do, so a start that fails is tried on other ones. */
export async function onFreePort<T>(start: (port: number) => Promise<T>, tries = 3): Promise<T> {
  try {
    return await start(await freePort());
  } catch (error) {
    if (tries <= 1) throw error;
    return onFreePort(start, tries - 1);
  }
}
