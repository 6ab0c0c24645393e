import {
  addedRule,
  removedRule,
  removedUserPriority,
  rule,
  rules,
  setUserPriority,
  userPriorityPage,
  verdict,
} from '../answers/preprocessor.js';
import { configuration, pauses, plan, queueStats, queueStatus } from '../answers/queue.js';
import { type Group } from '../operation.js';

const BANDS = ['invalid_priority', 'provider_unknown'] as const;

export const QUEUES: Group = {
  tag: 'Queues',
  text: 'The four bands, and the means of an operator to stop and start them.',
  params: { name: '`realtime_priority`, `high_priority`, `normal_priority` or `low_priority`.' },
  operations: {
    'GET /api/v1/queues/status': {
      id: 'getQueueStatus',
      summary: 'How the queues do',
      answer: queueStatus,
    },
    'GET /api/v1/queues/stats': {
      id: 'getQueueStats',
      summary: 'How they did in the last hours',
      answer: queueStats,
      errors: ['provider_unknown'],
    },
    'POST /api/v1/queues/pause': {
      id: 'pauseQueues',
      summary: 'Start nothing more',
      answer: pauses,
      errors: BANDS,
      example: { priority: 'low' },
    },
    'POST /api/v1/queues/resume': {
      id: 'resumeQueues',
      summary: 'Start and accept again',
      answer: pauses,
      errors: BANDS,
    },
    'POST /api/v1/queues/drain': {
      id: 'drainQueues',
      summary: 'Accept nothing more',
      answer: pauses,
      errors: BANDS,
      example: { priority: 'low' },
    },
    'POST /api/v1/queues/:name/pause': {
      id: 'pauseQueue',
      summary: 'Start nothing more of one band',
      answer: pauses,
    },
    'POST /api/v1/queues/:name/resume': {
      id: 'resumeQueue',
      summary: 'Start and accept one band again',
      answer: pauses,
    },
  },
};

export const SCHEDULER: Group = {
  tag: 'Scheduler',
  text: 'The plan of how many calls run at once, and the configuration.',
  params: {},
  operations: {
    'GET /api/v1/scheduler': { id: 'getPlan', summary: 'The plan, with reasons', answer: plan },
    'PUT /api/v1/scheduler/override': {
      id: 'overridePlan',
      summary: 'Order something of the scheduler',
      answer: plan,
      errors: ['provider_unknown'],
      example: { frozen: false },
    },
    'GET /api/v1/config': {
      id: 'getConfig',
      summary: 'What the configuration has come to, without secrets',
      answer: configuration,
    },
  },
};

const RULE = ['invalid_priority', 'limit_reached'] as const;
const example = { pattern: '(?i)refund', condition: 'metadata.tier in gold, silver', priority: 'high' };

export const PRIORITY_RULES: Group = {
  tag: 'Priority rules',
  text: 'What decides on the priority of messages that name none.',
  params: { id: 'Id of the rule, `rule_…`.', user_id: 'The user.' },
  operations: {
    'POST /api/v1/admin/preprocessor/rules': {
      id: 'addRule',
      summary: 'Add a rule',
      answer: addedRule,
      headers: ['location'],
      errors: RULE,
      example,
    },
    'GET /api/v1/admin/preprocessor/rules': {
      id: 'listRules',
      summary: 'List rules in their order',
      answer: rules,
    },
    'GET /api/v1/admin/preprocessor/rules/:id': {
      id: 'getRule',
      summary: 'Read a rule',
      answer: rule,
      errors: ['rule_not_found'],
    },
    'PUT /api/v1/admin/preprocessor/rules/:id': {
      id: 'replaceRule',
      summary: 'Replace a rule',
      answer: rule,
      errors: ['rule_not_found', ...RULE],
      example,
    },
    'DELETE /api/v1/admin/preprocessor/rules/:id': {
      id: 'removeRule',
      summary: 'Remove a rule',
      answer: removedRule,
      errors: ['rule_not_found'],
    },
    'POST /api/v1/admin/preprocessor/user-priorities': {
      id: 'setUserPriority',
      summary: 'Give a user a priority',
      answer: setUserPriority,
      errors: [...RULE, 'invalid_user_id'],
      example: { user_id: 'me', priority: 'high' },
    },
    'GET /api/v1/admin/preprocessor/user-priorities': {
      id: 'listUserPriorities',
      summary: 'List the priorities of users',
      answer: userPriorityPage,
      errors: ['invalid_user_id'],
    },
    'DELETE /api/v1/admin/preprocessor/user-priorities/:user_id': {
      id: 'removeUserPriority',
      summary: 'Take a priority back',
      answer: removedUserPriority,
    },
    'POST /api/v1/admin/preprocessor/test': {
      id: 'judgeMessage',
      summary: 'What a message would get',
      text: 'Stores nothing.',
      answer: verdict,
      errors: [
        'content_empty',
        'content_too_long',
        'invalid_priority',
        'invalid_user_id',
        'intake_overloaded',
      ],
      example: { content: 'Where is my refund?', metadata: { tier: 'gold' } },
    },
  },
};
