/** The files of the configuration that have a schema. */
export const SCHEMAS = ['config', 'providers', 'task-types'] as const;
