/** The highest wish of each part of the window that has not passed yet, oldest first. */
export interface Wishes {
  readonly parts: readonly { readonly fromMs: number; readonly most: number }[];
}

export const NO_WISHES: Wishes = { parts: [] };

/** The window moves on in so many steps. */
const PARTS = 12;

export function addWish({ parts }: Wishes, atMs: number, wish: number, windowMs: number): Wishes {
  const alive = parts.filter(({ fromMs }) => fromMs > atMs - windowMs && fromMs <= atMs);
  const last = alive.at(-1);
  if (last && atMs - last.fromMs < windowMs / PARTS)
    return { parts: [...alive.slice(0, -1), { fromMs: last.fromMs, most: Math.max(last.most, wish) }] };
  return { parts: [...alive, { fromMs: atMs, most: wish }] };
}

export function highest({ parts }: Wishes): number {
  return Math.max(0, ...parts.map(({ most }) => most));
}
