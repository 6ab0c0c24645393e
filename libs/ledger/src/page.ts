import { type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { AppError } from '#contracts';

/** The ways to page: a cursor, a page number, or an offset. */
export interface PageRequest {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order: 'asc' | 'desc';
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
  /** Only with `page` or `offset`, since counting reads every row. */
  readonly total: number | null;
  readonly page: number | null;
  readonly pageSize: number;
}

const DEFAULT_SIZE = 20;

/**
 * Pages over `alias`, sorted by `column` and then by id. The cursor is the id of the last item seen, so it
 * stays true while rows are added; one that names no row of this list is refused.
 */
export async function paginate<E extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<E>,
  alias: string,
  column: string,
  request: PageRequest,
): Promise<Page<E>> {
  const size = request.page_size ?? request.limit ?? DEFAULT_SIZE;
  const direction = request.order === 'asc' ? 'ASC' : 'DESC';
  const page = await (wantsCount(request) ? countedPage(query, request, size) : undefined);
  if (!page && request.after) await startAfter(query, alias, column, request.after, direction);
  query.orderBy(`${alias}.${column}`, direction).addOrderBy(`${alias}.id`, direction);
  const rows = await query
    .skip(page?.skip ?? 0)
    .take(size + 1)
    .getMany();
  const items = rows.slice(0, size);
  return {
    items,
    next: rows.length > size ? items.at(-1)!.id : null,
    total: page?.total ?? null,
    page: page?.number ?? null,
    pageSize: size,
  };
}

function wantsCount({ page, offset, page_size }: PageRequest): boolean {
  return page !== undefined || offset !== undefined || page_size !== undefined;
}

async function countedPage(query: SelectQueryBuilder<ObjectLiteral>, request: PageRequest, size: number) {
  if (request.after !== undefined)
    throw new AppError('invalid_request', 'Page by `after` or by `page`/`offset`, not by both', {
      fields: [{ field: 'after', message: 'does not go with page, page_size or offset' }],
    });
  const skip = request.offset ?? ((request.page ?? 1) - 1) * size;
  return { skip, total: await query.getCount(), number: request.page ?? Math.floor(skip / size) + 1 };
}

async function startAfter(
  query: SelectQueryBuilder<ObjectLiteral>,
  alias: string,
  column: string,
  after: string,
  direction: 'ASC' | 'DESC',
): Promise<void> {
  const known = await query.clone().andWhere(`${alias}.id = :after`, { after }).getOne();
  if (!known)
    throw new AppError('invalid_request', 'The cursor names nothing in this list', {
      fields: [{ field: 'after', message: 'must be the `next` of an earlier page of the same list' }],
    });
  const sign = direction === 'ASC' ? '>' : '<';
  query.andWhere(`(${alias}.${column}, ${alias}.id) ${sign} (:last, :after)`, {
    last: known[column] as unknown,
    after,
  });
}
