import {
  balancing,
  budgets,
  metrics,
  models,
  providerNames,
  providerStatus,
  providerStatuses,
  providerTest,
  stats,
  usageReport,
} from '../answers/provider.js';
import { type Group } from '../operation.js';
import { ACCEPTING, STREAMING } from './error-sets.js';

const UNKNOWN = ['provider_unknown'] as const;

export const PROVIDERS: Group = {
  tag: 'Providers',
  text: 'Who may answer, and how they do.',
  params: { name: 'Name of the provider.', id: 'Id of the key.' },
  operations: {
    'GET /api/v1/providers': {
      id: 'listProviders',
      summary: 'List the providers that are on',
      answer: providerNames,
    },
    'GET /api/v1/providers/status': {
      id: 'getProviderStatuses',
      summary: 'How all of them do',
      answer: providerStatuses,
    },
    'GET /api/v1/providers/:name/status': {
      id: 'getProviderStatus',
      summary: 'How a provider does',
      answer: providerStatus,
      errors: UNKNOWN,
    },
    'GET /api/v1/providers/:name/models': {
      id: 'listModels',
      summary: 'What a provider offers',
      answer: models,
      errors: UNKNOWN,
    },
    'POST /api/v1/providers/:name/test': {
      id: 'testProvider',
      summary: 'Ask a provider a small question',
      text: '200 also where it has not answered: that is what one wants to know.',
      answer: providerTest,
      errors: [...ACCEPTING, ...STREAMING],
      example: { content: 'Are you there?' },
    },
    'GET /api/v1/providers/:name/balancing': {
      id: 'getBalancing',
      summary: 'How the calls are spread over endpoints and keys',
      answer: balancing,
      errors: UNKNOWN,
    },
    'PUT /api/v1/providers/:name/balancing': {
      id: 'changeBalancing',
      summary: 'Spread the calls in another way',
      answer: balancing,
      errors: UNKNOWN,
      example: { strategy: 'least_connections' },
    },
    'POST /api/v1/providers/:name/keys/:id/restore': {
      id: 'restoreKey',
      summary: 'Use a key again that was refused',
      answer: balancing,
      errors: [...UNKNOWN, 'key_not_found'],
    },
  },
};

export const NUMBERS: Group = {
  tag: 'Numbers',
  text: 'What was done, used and paid.',
  params: {},
  operations: {
    'GET /api/v1/stats': { id: 'getStats', summary: 'The tenant in one look', answer: stats },
    'GET /api/v1/metrics': {
      id: 'getMetrics',
      summary: 'This gateway, the tenant, and its calls to each provider',
      text: 'With `format=prometheus` the metrics of this gateway as text.',
      answer: metrics,
      also: { type: 'text/plain', text: 'The exposition format of Prometheus.' },
    },
    'GET /api/v1/usage': {
      id: 'getUsage',
      summary: 'Tokens and costs over time',
      answer: usageReport,
      errors: ['invalid_user_id'],
    },
    'GET /api/v1/usage/budgets': {
      id: 'getBudgets',
      summary: 'What may still be spent',
      answer: budgets,
      errors: ['invalid_user_id'],
    },
  },
};
