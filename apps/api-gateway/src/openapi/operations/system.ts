import { z } from 'zod';
import { explanation, health, live, ready } from '../answers/system.js';
import { type Group } from '../operation.js';
import { ACCEPTING } from './error-sets.js';

export const SYSTEM: Group = {
  tag: 'System',
  text: 'Does it live, can it serve, what has it counted.',
  params: { code: 'An error code.' },
  operations: {
    'GET /health': { id: 'live', summary: 'The process lives', answer: live },
    'GET /ready': {
      id: 'ready',
      summary: 'It can serve',
      text: '503 while something is away that nothing works without, or while it shuts down.',
      answer: ready,
      others: { 503: ready },
    },
    'GET /api/v1/health': { id: 'health', summary: 'Every component', answer: health },
    'GET /metrics': {
      id: 'prometheus',
      summary: 'Metrics for Prometheus',
      answer: { type: 'text/plain', text: 'The exposition format of Prometheus.' },
    },
    'GET /errors/:code': {
      id: 'explainError',
      summary: 'What an error code means',
      answer: explanation,
      errors: ['route_not_found'],
    },
  },
};

export const CHAT: Group = {
  tag: 'Chat',
  text: 'Replies that are published in channels of the Centrifuge protocol; see `/asyncapi.json`.',
  params: {},
  operations: {
    'POST /api/chat': {
      id: 'createChat',
      summary: 'Send a text, and get the channel of its reply',
      text: 'What is wrong with the body is told as plain text.',
      answer: z.object({ channel_id: z.string(), message: z.string() }),
      others: { 400: { type: 'text/plain', text: 'What is wrong with the body.' } },
      takes: ['idempotency-key'],
      body: z.object({ message: z.string() }),
      errors: ACCEPTING.filter((code) => !/^(content|invalid|conversation)_/.test(code)),
      example: { message: 'Hello!' },
    },
  },
};
