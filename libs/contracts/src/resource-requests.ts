import { z } from 'zod';
import { durationField, metadataField, pagingFields, priorityField } from './requests.js';
import { textField } from './text-field.js';
import { RESOURCE_STATUSES } from './resource.js';

const DAY_MS = 86_400_000;

/** Longest time that a request for an allocation may be kept open. */
export const MAX_ALLOCATION_WAIT_MS = 30_000;

export const MAX_RESOURCE_SLOTS = 10_000;

/** Paths below `/resources` that an id would hide behind. */
const RESERVED_IDS = ['stats', 'allocate', 'allocations'];

const notBlank = (max: number, what: string) =>
  textField(max).refine((text) => text.trim() !== '', `must not be blank; ${what}`);

/** Clients in Go send `null` for what they leave empty. */
const orElse = <T extends z.ZodType>(field: T, empty: z.output<T>) =>
  field.nullish().transform((value) => value ?? empty);

const amount = z.int('must be a whole number').min(0, 'must not be below 0').optional();
const amounts = z.strictObject({ cpu: amount, gpu: amount, memory: amount, tokens: amount });
const slots = z.int().min(0).max(MAX_RESOURCE_SLOTS).optional();
const capacity = amounts.extend({ slots });

const capabilities = z.array(notBlank(128, 'name a capability')).max(64);
const load = z.number().min(0).max(1);
const status = z.enum(RESOURCE_STATUSES);
const endpoint = textField(2_048);
const type = notBlank(128, 'name the model that it runs');
const provider = textField(64);

const resourceId = textField(128).refine(
  (id) => !RESERVED_IDS.includes(id),
  `must not be one of ${RESERVED_IDS.join(', ')}`,
);

export const registerResourceSchema = z.strictObject({
  id: resourceId.default(''),
  name: textField(256).default(''),
  type,
  capabilities: orElse(capabilities, []),
  capacity: orElse(capacity, {}),
  used: orElse(capacity, {}),
  endpoint: endpoint.default(''),
  metadata: orElse(metadataField, {}),
  /** The provider whose slots it brings. */
  provider: provider.nullish(),
  /** What clients send along with a whole resource; a new one is available, without load, and alive. */
  status: z.unknown().optional(),
  load: z.unknown().optional(),
  last_heartbeat: z.unknown().optional(),
});
export type RegisterResource = z.output<typeof registerResourceSchema>;

export const updateResourceSchema = z.strictObject({
  name: textField(256).optional(),
  type: type.optional(),
  capabilities: capabilities.optional(),
  capacity: capacity.optional(),
  endpoint: endpoint.optional(),
  metadata: metadataField.optional(),
  /** Null: it brings no slots any more. */
  provider: provider.nullable().optional(),
  status: status.optional(),
  load: load.optional(),
});
export type UpdateResource = z.output<typeof updateResourceSchema>;

/** May be left out altogether: then it only says that the resource is alive. */
export const heartbeatSchema = z.preprocess(
  (body) => body ?? {},
  z.strictObject({ load: load.nullish(), used: capacity.nullish(), status: status.nullish() }),
);
export type Heartbeat = z.output<typeof heartbeatSchema>;

export const listResourcesSchema = z.strictObject({
  status: status.optional(),
  type: textField(128).optional(),
  provider: provider.optional(),
  ...pagingFields,
});
export type ListResources = z.output<typeof listResourcesSchema>;

export const allocateSchema = z.strictObject({
  /** The name of the allocation; made where it is left out. */
  request_id: textField(128).default(''),
  model_type: type,
  requirements: orElse(amounts, {}),
  capabilities: orElse(capabilities, []),
  priority: priorityField.default('normal'),
  /** The allocation ends by itself after this time. */
  timeout: durationField(100, DAY_MS).optional(),
  metadata: orElse(metadataField, {}),
  /** How long to wait for room; 0: not at all. */
  wait: durationField(0, MAX_ALLOCATION_WAIT_MS).default(0),
});
export type Allocate = z.output<typeof allocateSchema>;

export const releaseSchema = z.strictObject({ token: notBlank(256, 'send the token of the allocation') });
export type Release = z.output<typeof releaseSchema>;

export const listAllocationsSchema = z.strictObject({
  resource_id: textField(128).optional(),
  ...pagingFields,
});
export type ListAllocations = z.output<typeof listAllocationsSchema>;
