import { type FactoryProvider } from '@nestjs/common';

/** A class used as a dependency-injection token; abstract classes are our ports. */
export type Token<T> = abstract new (...args: never[]) => T;

/** Wires a plain class: `tokens` follow its constructor, and the compiler checks each one. */
export function provide<D extends unknown[], T>(
  type: new (...dependencies: D) => T,
  tokens: { [I in keyof D]: Token<D[I]> },
  port?: Token<T>,
): FactoryProvider<T> {
  return {
    provide: port ?? type,
    inject: [...tokens],
    useFactory: (...dependencies: unknown[]) => new type(...(dependencies as D)),
  };
}
