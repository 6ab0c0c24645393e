import { type Price } from './spec.js';

/** What so many tokens cost, in millionths: with a price for a million of them that is one multiplication. */
export interface Charge {
  /** In millionths of the currency. */
  readonly cost: number;
  readonly currency: string;
  /** In millionths of the unit by which currencies are compared. */
  readonly worth: number;
}

export interface ChargedTokens {
  readonly input: number;
  readonly output: number;
  /** Of the input. */
  readonly cachedInput?: number;
}

/** Prices have at most six decimals; with whole numbers nothing is lost below 9,000 units of a currency for a call. */
const DECIMALS = 1_000_000;

/** @param unit what a unit of the currency is worth. */
export function charge(
  price: Price,
  { input, output, cachedInput = 0 }: ChargedTokens,
  unit: number,
): Charge {
  const cached = Math.min(cachedInput, input);
  const exact =
    (input - cached) * exactly(price.input) +
    cached * exactly(price.cachedInput ?? price.input) +
    output * exactly(price.output);
  return {
    cost: exact / DECIMALS,
    currency: price.currency,
    worth: Math.round(exact * unit) / DECIMALS,
  };
}

function exactly(price: number): number {
  return Math.round(price * DECIMALS);
}
