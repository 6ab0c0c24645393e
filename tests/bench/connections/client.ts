/** Opens idle connections to `/ws` and holds them: one of several processes, since each may open only so many files. */
import { connect } from 'node:net';

const [url = '', count = '0', address = '127.0.0.1'] = process.argv.slice(2);
const { hostname, port } = new URL(url);

/** Opened at once; more would overflow the backlog of the listener. */
const AT_ONCE = 100;

const REQUEST = [
  'GET /ws HTTP/1.1',
  `Host: ${hostname}:${port}`,
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

/** A masked pong without content: all that an idle client ever says. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

let [open, lost] = [0, 0];

/** By hand, so that the clients take little memory: frames are not read, each ping is answered. */
function openOne(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), localAddress: address });
    socket.write(REQUEST);
    socket.once('data', (data) => {
      if (!data.includes(' 101 ')) return reject(new Error(String(data)));
      open += 1;
      socket.on('data', (frame) => frame[0] === 0x89 && socket.write(PONG));
      socket.once('close', () => (lost += 1));
      resolve();
    });
    socket.once('error', reject);
  });
}

async function openAll(): Promise<void> {
  while (open < Number(count)) {
    const batch = Math.min(AT_ONCE, Number(count) - open);
    await Promise.all(Array.from({ length: batch }, openOne));
  }
}

await openAll();
console.log(`listening: ${open} connections are open`);
process.once('SIGUSR2', () => console.log(`lost ${lost} of ${open}`));
setInterval(() => undefined, 60_000);
