import { type ProviderEvent } from './provider.js';

/** What a call has told until now, put together. */
export function saidIn(events: readonly ProviderEvent[]) {
  const calls: { id: string; name: string; arguments: string }[] = [];
  const finish = events.find((event) => event.type === 'finish');
  const said = {
    text: '',
    reasoning: '',
    calls,
    limits: events.find(({ type }) => type === 'limits'),
    finish,
    usage: finish?.usage,
  };
  for (const event of events) {
    if (event.type === 'delta') said.text += event.text;
    if (event.type === 'reasoning') said.reasoning += event.text;
    if (event.type !== 'tool_call') continue;
    const call = (calls[event.index] ??= { id: '', name: '', arguments: '' });
    call.id += event.id ?? '';
    call.name += event.name ?? '';
    call.arguments += event.arguments;
  }
  return said;
}
