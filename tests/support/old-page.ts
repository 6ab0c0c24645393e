import { Centrifuge } from 'centrifuge-old';
import { EventSource } from 'eventsource';
import { type ChatEvent, type TransportName } from './centrifuge-client.js';

/**
 * A chat as the pages of old read it: they subscribe once they are connected, parse the data of every publication, append
 * chunks, and take any error for the end.
 */
export function readAsOldPage(url: string, transport: TransportName, channel: string): Promise<string> {
  const endpoint = `${transport === 'websocket' ? url.replace('http', 'ws') : url}/connection/${transport}`;
  const client = new Centrifuge([{ transport, endpoint }], {
    emulationEndpoint: `${url}/emulation`,
    eventsource: EventSource,
  });
  let text = '';
  return new Promise<string>((resolve, reject) => {
    client.on('error', ({ error }) => reject(new Error(error.message)));
    client.on('connected', () => {
      const subscription = client.newSubscription(channel);
      subscription.on('error', ({ error }) => reject(new Error(error.message)));
      subscription.on('publication', ({ data }) => {
        const { type, message } = JSON.parse(data as string) as ChatEvent;
        if (type === 'chunk') text += message;
        else if (type === 'end') resolve(text);
        else if (type === 'error') reject(new Error(message));
      });
      subscription.subscribe();
    });
    client.connect();
  }).finally(() => client.disconnect());
}
