/** A pool that a library may use but not end: that is left to its owner. `end` answers by callback and by promise. */
export function withoutEnd<P extends object>(pool: P): P {
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'end') return endNothing;
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function endNothing(callback?: () => void): Promise<void> {
  callback?.();
  return Promise.resolve();
}
