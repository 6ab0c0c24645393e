import {
  CONVERSATION_STATES,
  FINAL_STATUSES,
  PRIORITIES,
  RESOURCE_STATUSES,
  TASK_EVENT_TYPES,
} from '#contracts';

/** What bounds the labels that several metrics have; none of them ever holds the id of a user, a tenant or a message. */
export const PRIORITY = PRIORITIES;
export const FINAL_STATUS = FINAL_STATUSES;
export const CONVERSATION_STATE = CONVERSATION_STATES;
export const RESOURCE_STATUS = RESOURCE_STATUSES;
export const TASK_EVENT = TASK_EVENT_TYPES;
export const ERROR_CODE = 'an error code';
export const PROVIDER = 'a configured provider';
export const MODEL = 'a configured model';
export const LANE = PROVIDER;
export const ENDPOINT = 'an endpoint of the provider';
