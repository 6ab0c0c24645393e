/** BullMQ's tables live in a schema of their own; ours are in `public`. */
export const SEARCH_PATH = 'public, bullmq';
