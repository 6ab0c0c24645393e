import { type DataSource } from 'typeorm';
import { type ResourceSettings } from '#config';
import { type Allocate, type Allocation, AppError, type ListAllocations, newId } from '#contracts';
import { type Database } from '#database';
import { type Page, paginate, ResourceAllocationRow } from '#ledger';
import { type Metrics } from '#observability';
import { type AllocationLedger, type Grant, type Wanted } from './allocation-ledger.js';
import { refusalOf } from './refusal.js';
import { toAllocation } from './rows.js';
import { isToken, newToken } from './tokens.js';
import { type WaitingRequests } from './waiting-requests.js';

/** An allocation as only the one who asked for it sees it: with the token that releases it. */
export type NewAllocation = Allocation & { readonly token: string };

/** Shares of resources: taken, waited for, and given back. */
export class Allocations {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
    private readonly ledger: AllocationLedger,
    private readonly waiting: WaitingRequests,
    private readonly settings: ResourceSettings,
    private readonly metrics: Metrics,
  ) {}

  /**
   * A share of the resource with the lowest load that can give it; waits for one for as long as was asked for, or
   * until the caller has left.
   * @throws AppError capacity_exceeded, allocation_exists, database_unavailable
   */
  async allocate(tenantId: string, request: Allocate, signal: AbortSignal): Promise<NewAllocation> {
    const wanted = this.#wanted(tenantId, request);
    const grant =
      (await this.database.answer(() => this.ledger.take(wanted))) ?? (await this.#wait(wanted, signal));
    if (!grant) throw await this.#refusal(request);
    this.metrics.resourceRequests.inc({ outcome: 'granted' });
    if (signal.aborted) await this.#giveBack(wanted);
    return toNewAllocation(wanted, grant);
  }

  /** @throws AppError allocation_not_found, forbidden */
  async release(tenantId: string, requestId: string, token: string): Promise<void> {
    await this.database.answer(async () => {
      const found = await this.ledger.find(tenantId, requestId);
      if (!found) throw notFound(requestId);
      if (!isToken(token, found.token_digest))
        throw new AppError('forbidden', 'The token is not the one that came with this allocation');
      if (!(await this.ledger.release(found.id))) throw notFound(requestId);
    });
    this.metrics.resourceRequests.inc({ outcome: 'released' });
  }

  /** What a tenant holds. */
  list(tenantId: string, { resource_id, ...request }: ListAllocations): Promise<Page<Allocation>> {
    return this.database.answer(async () => {
      const query = this.source.manager
        .createQueryBuilder(ResourceAllocationRow, 'a')
        .where({ tenantId })
        .andWhere('a.resourceId IS NOT NULL')
        .andWhere('a.expiresAt > now()');
      if (resource_id !== undefined) query.andWhere({ resourceId: resource_id });
      const page = await paginate(query, 'a', 'createdAt', request);
      return { ...page, items: page.items.map(toAllocation) };
    });
  }

  #wanted(tenantId: string, request: Allocate): Wanted {
    const id = newId('alloc');
    const requestId = request.request_id === '' ? id : request.request_id;
    const timeoutMs = request.timeout ?? this.settings.value.allocation_timeout;
    return { id, tenantId, requestId, token: newToken(), timeoutMs, request };
  }

  async #wait(wanted: Wanted, signal: AbortSignal): Promise<Grant | undefined> {
    if (wanted.request.wait === 0) return undefined;
    const mayWait = await this.database.answer(() => this.ledger.wait(wanted));
    return mayWait ? this.waiting.wait(wanted, signal) : undefined;
  }

  /** Nobody would release what nobody has heard of. */
  async #giveBack({ id }: Wanted): Promise<void> {
    if (await this.ledger.release(id)) this.metrics.resourceRequests.inc({ outcome: 'released' });
  }

  async #refusal(request: Allocate): Promise<AppError> {
    this.metrics.resourceRequests.inc({ outcome: 'refused' });
    return refusalOf(request, await this.database.answer(() => this.ledger.supplyFor(request)));
  }
}

function toNewAllocation({ requestId, token, request }: Wanted, grant: Grant): NewAllocation {
  return {
    requestId,
    token,
    modelType: request.model_type,
    requirements: request.requirements,
    capabilities: request.capabilities,
    priority: request.priority,
    metadata: request.metadata,
    ...grant,
  };
}

function notFound(requestId: string): AppError {
  return new AppError(
    'allocation_not_found',
    `There is no allocation ${requestId}; it may have ended by itself`,
  );
}
