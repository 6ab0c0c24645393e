import { conversation, conversationPage } from '../answers/conversation.js';
import { message } from '../answers/message.js';
import { type Group } from '../operation.js';
import { ACCEPTING } from './error-sets.js';

const LIST = ['invalid_priority', 'invalid_user_id'] as const;

export const CONVERSATIONS: Group = {
  tag: 'Conversations',
  text: 'Ordered messages with context and state. Turns run one after the other.',
  params: { id: 'Id of the conversation, `conv_…`.', user_id: 'Whose conversations.' },
  operations: {
    'POST /api/v1/conversations': {
      id: 'createConversation',
      summary: 'Begin a conversation',
      answer: conversation,
      headers: ['location'],
      errors: LIST,
      example: { user_id: 'me', title: 'Travels', context: 'Answer in one sentence.' },
    },
    'GET /api/v1/conversations': {
      id: 'listConversations',
      summary: 'List conversations',
      answer: conversationPage,
      errors: LIST,
    },
    'GET /api/v1/conversations/:id': {
      id: 'getConversation',
      summary: 'Read a conversation',
      answer: conversation,
      errors: ['conversation_not_found'],
    },
    'PUT /api/v1/conversations/:id': {
      id: 'updateConversation',
      summary: 'Change a conversation',
      text: 'What is left out stays; `metadata` is merged.',
      answer: conversation,
      errors: ['conversation_not_found', 'invalid_priority'],
      example: { title: 'Long travels', metadata: { trip: 7 } },
    },
    'PUT /api/v1/conversations/:id/state': {
      id: 'setConversationState',
      summary: 'Close a conversation, or open it again',
      answer: conversation,
      errors: ['conversation_not_found'],
      example: { state: 'active' },
    },
    'POST /api/v1/conversations/:id/messages': {
      id: 'createConversationMessage',
      summary: 'Send the next turn',
      text: "User and priority are the conversation's where the message names none.",
      answer: message,
      headers: ['location', 'idempotency-replayed'],
      takes: ['idempotency-key'],
      errors: ACCEPTING,
      example: { content: 'And the day after?' },
    },
    'GET /api/v1/users/:user_id/conversations': {
      id: 'listConversationsOfUser',
      summary: 'List the conversations of a user',
      answer: conversationPage,
      errors: LIST,
    },
  },
};
