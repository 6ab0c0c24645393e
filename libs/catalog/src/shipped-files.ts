import { shippedPlace } from '#runtime';

/** The files that come with the system. */
export const SHIPPED = {
  providersFile: shippedPlace('configs/providers.yaml'),
  taskTypesFile: shippedPlace('configs/task-types.yaml'),
} as const;
