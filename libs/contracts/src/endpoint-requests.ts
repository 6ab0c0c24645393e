import { z } from 'zod';
import { ENDPOINT_GROUPS } from './endpoint.js';
import { metadataField } from './requests.js';
import { textField } from './text-field.js';
import { ENDPOINT_HEALTHS } from './upstream.js';

/** Paths below `/endpoints` that an id would hide behind. */
const RESERVED_IDS = ['stats'];

/** Clients in Go send `null`, 0 or an empty text for what they leave empty. */
const orElse = <T extends z.ZodType>(field: T, empty: z.output<T>) =>
  field.nullish().transform((value) => value ?? empty);

const endpointId = textField(128).refine(
  (id) => !RESERVED_IDS.includes(id),
  `must not be ${RESERVED_IDS.join(', ')}`,
);

const provider = textField(64);
const url = textField(2_048);
const name = textField(256);
const type = textField(128);
const capabilities = z.array(textField(128)).max(64);
const weight = z.number().min(0).max(1_000_000);
const priority = z.int().min(0).max(1_000_000);
const group = z.enum(ENDPOINT_GROUPS);
const maxConnections = z.int().min(0).max(100_000);
const status = z.enum(ENDPOINT_HEALTHS);

/** What clients send along with a whole endpoint; how it does, only its calls can tell. */
const observed = {
  connections: z.unknown().optional(),
  response_time: z.unknown().optional(),
  error_rate: z.unknown().optional(),
  last_check: z.unknown().optional(),
};

export const addEndpointSchema = z.strictObject({
  id: endpointId.default(''),
  /** Whose calls go there; the default provider where it is left out. */
  provider: provider.default(''),
  url,
  name: name.default(''),
  type: type.default(''),
  capabilities: orElse(capabilities, []),
  weight: orElse(weight, 1).transform((value) => (value === 0 ? 1 : value)),
  priority: orElse(priority, 0),
  group: group.default('primary'),
  max_connections: orElse(maxConnections, 0),
  enabled: z.boolean().default(true),
  status: z.union([status, z.literal('')]).default(''),
  metadata: orElse(metadataField, {}),
  ...observed,
});
export type AddEndpoint = z.output<typeof addEndpointSchema>;

/** Null takes a change of what is configured back, or what was said at first to its default. */
export const changeEndpointSchema = z.strictObject({
  url: url.optional(),
  name: name.nullish(),
  type: type.nullish(),
  capabilities: capabilities.nullish(),
  weight: weight.nullish(),
  priority: priority.nullish(),
  group: group.nullish(),
  max_connections: maxConnections.nullish(),
  enabled: z.boolean().nullish(),
  /** `healthy` takes back what was said before. */
  status: status.nullish(),
  metadata: metadataField.nullish(),
  ...observed,
});
export type ChangeEndpoint = z.output<typeof changeEndpointSchema>;

export const listEndpointsSchema = z.strictObject({
  provider: provider.optional(),
  type: type.optional(),
  group: group.optional(),
  status: status.optional(),
});
export type ListEndpoints = z.output<typeof listEndpointsSchema>;
