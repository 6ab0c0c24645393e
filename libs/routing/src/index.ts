export * from './request.js';
export * from './route.js';
