export { taskTypeUnknown } from './refusals.js';
export * from './request.js';
export * from './route.js';
