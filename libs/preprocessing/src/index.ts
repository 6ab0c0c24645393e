export * from './analyze.js';
export * from './decide-priority.js';
export * from './facts.js';
export * from './preprocess.js';
export * from './preprocessing.module.js';
export * from './priority-rules.js';
export * from './rule-book.js';
export * from './user-priorities.js';
