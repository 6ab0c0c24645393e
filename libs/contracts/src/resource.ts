import { type Metadata } from './message.js';
import { type Priority } from './priority.js';

/** What a resource has and what a request needs of it, in whole numbers. */
export const RESOURCE_KINDS = ['cpu', 'gpu', 'memory', 'tokens'] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export type Amounts = { readonly [kind in ResourceKind]?: number | undefined };

/** `slots`: how many calls at once it adds to the provider that it serves. */
export type Capacity = Amounts & { readonly slots?: number | undefined };

export const RESOURCE_STATUSES = ['available', 'busy', 'offline', 'error'] as const;

export type ResourceStatus = (typeof RESOURCE_STATUSES)[number];

/** Capacity that a model server has registered. It belongs to the system, not to a tenant. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  /** The model that it runs. */
  readonly type: string;
  readonly capabilities: readonly string[];
  readonly status: ResourceStatus;
  /** 0 to 1. */
  readonly load: number;
  readonly capacity: Capacity;
  readonly used: Capacity;
  readonly endpoint: string;
  readonly metadata: Metadata;
  /** The provider whose slots it brings; null: none. */
  readonly lane: string | null;
  /** Allocations that live. */
  readonly allocations: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastHeartbeat: Date;
}

/** A share of a resource that one tenant holds until it releases it or time runs out. */
export interface Allocation {
  readonly requestId: string;
  readonly resourceId: string;
  readonly endpoint: string;
  readonly modelType: string;
  readonly requirements: Amounts;
  readonly capabilities: readonly string[];
  readonly priority: Priority;
  readonly metadata: Metadata;
  readonly allocatedAt: Date;
  readonly expiresAt: Date;
}

export interface ResourceStats {
  readonly statuses: Readonly<Record<ResourceStatus, number>>;
  readonly byType: Readonly<Record<string, number>>;
  /** Over what is available or busy. */
  readonly averageLoad: number;
  readonly allocations: number;
  readonly waiting: number;
}
