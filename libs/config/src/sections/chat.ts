import { duration, whole, word } from '../fields.js';
import { section } from './section.js';

export const chat = section(
  {
    context: word('', {
      env: 'CHAT_CONTEXT',
      description:
        'What the model is told before everything else in sessions that bring no context of their own. How much of the conversation follows is set in `conversations`.',
    }),
    max_unanswered: whole(
      50,
      { min: 1, max: 10_000 },
      {
        env: 'CHAT_MAX_UNANSWERED',
        unit: 'count',
        description:
          'Most messages of one connection that may be without an answer; what the client sends then waits in the connection.',
      },
    ),
    ping: duration(
      '30s',
      { min: '50ms', max: '10m' },
      { env: 'CHAT_PING', description: 'How often `/sse` sends a `ping` event.' },
    ),
    forget_after: duration(
      '7d',
      { min: '1s', max: '3650d' },
      {
        env: 'CHAT_FORGET_AFTER',
        description: 'Sessions to which nothing was ever sent are deleted after this time.',
      },
    ),
  },
  'Sessions: `/ws` and `/sse`.',
);
