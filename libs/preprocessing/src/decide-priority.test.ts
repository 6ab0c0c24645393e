import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Metadata, PRIORITIES, type Priority, priorityNumber } from '#contracts';
import { decidePriority, type Voices } from './decide-priority.js';
import { Facts } from './facts.js';

interface Case {
  readonly content?: string;
  readonly metadata?: Metadata;
  readonly explicit?: Priority;
  readonly userPriority?: Priority;
  readonly rule?: Priority;
  readonly keywords?: boolean;
  readonly longContent?: number;
  readonly conversation?: Priority;
  readonly highest?: Priority;
}

function decide({ highest = 'realtime', ...given }: Case) {
  const { content = 'Hello there', metadata = {}, rule, conversation } = given;
  const voices: Voices = {
    explicit: given.explicit,
    facts: new Facts(content, 'ada', metadata),
    userPriority: given.userPriority,
    rules: () => rule && { priority: rule, reason: 'rule:rule_1' },
    keywords: given.keywords ?? true,
    longContent: given.longContent ?? 10_000,
    fallback: conversation
      ? { priority: conversation, reason: 'conversation' }
      : { priority: 'normal', reason: 'default' },
  };
  return decidePriority(voices, highest);
}

/** Everything that speaks for a priority, from the strongest to the weakest. */
const VOICES: readonly (readonly [string, Case, Priority])[] = [
  ['explicit', { explicit: 'low' }, 'low'],
  ['user_override', { metadata: { user_priority: 'realtime' } }, 'realtime'],
  ['user_default', { userPriority: 'low' }, 'low'],
  ['vip_user', { metadata: { vip_user: true } }, 'high'],
  ['rule:rule_1', { rule: 'realtime' }, 'realtime'],
  ['content_keywords', { content: `urgent${' '.repeat(11_000)}` }, 'high'],
  ['content_length', { content: 'x'.repeat(10_001) }, 'low'],
  ['metadata_hint', { metadata: { priority: 'realtime' } }, 'realtime'],
  ['conversation', { conversation: 'low' }, 'low'],
  ['default', {}, 'normal'],
];

function merged(cases: readonly Case[]): Case {
  const content = cases.find((each) => each.content !== undefined)?.content;
  const metadata = Object.assign({}, ...cases.map((each) => each.metadata)) as Metadata;
  return { ...(Object.assign({}, ...cases) as Case), ...(content !== undefined && { content }), metadata };
}

describe('decidePriority', () => {
  test.each(VOICES)('%s decides alone', (reason, given, priority) =>
    expect(decide(given)).toEqual({ priority, reason }),
  );

  test('of several voices the first in the order decides, whichever they are', () => {
    const index = fc.nat(VOICES.length - 1);
    fc.assert(
      fc.property(fc.uniqueArray(index, { minLength: 1 }), (chosen) => {
        const present = chosen.toSorted((a, b) => a - b).map((i) => VOICES[i]!);
        const [reason, , priority] = present[0]!;
        expect(decide(merged(present.map(([, given]) => given)))).toEqual({ priority, reason });
      }),
    );
  });

  test('nothing is better than the limit, and the wish is kept', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VOICES), fc.constantFrom(...PRIORITIES), ([, given], highest) => {
        const wished = decide(given);
        const within = priorityNumber(wished.priority) >= priorityNumber(highest);
        expect(decide({ ...given, highest })).toEqual(
          within ? wished : { priority: highest, reason: 'capped', wish: wished },
        );
      }),
    );
  });

  test.each<[string, Case, Priority, string]>([
    ['as a number', { metadata: { user_priority: 1 } }, 'realtime', 'user_override'],
    ['in capitals', { metadata: { user_priority: ' HIGH ' } }, 'high', 'user_override'],
    ['as urgent', { metadata: { priority: 'urgent' } }, 'realtime', 'metadata_hint'],
    ['that is none', { metadata: { user_priority: 'best', priority: {} } }, 'normal', 'default'],
    ['with methods of its own', { metadata: { priority: { toString: null } } }, 'normal', 'default'],
  ])('a priority in the metadata %s', (_, given, priority, reason) =>
    expect(decide(given)).toEqual({ priority, reason }),
  );

  test.each([true, 'true', 'yes', 'gold', 1])('vip_user %j is one', (vip) =>
    expect(decide({ metadata: { vip_user: vip } }).reason).toBe('vip_user'),
  );

  test.each<unknown>([false, 'false', 'No', '0', '', ' ', 0, null, {}, [], { toString: null }])(
    'vip_user %j is none',
    (vip) => expect(decide({ metadata: { vip_user: vip } }).reason).toBe('default'),
  );

  test.each<[string, Priority]>([
    ['This is an urgent request that needs attention', 'high'],
    ["I need this right now, it's immediate", 'realtime'],
    ['ASAP', 'realtime'],
    ['immediately', 'realtime'],
    ['urgent, important, but asap', 'high'],
    ['urgent and asap', 'realtime'],
    ['unimportant', 'normal'],
  ])('the keywords of %j', (content, priority) => expect(decide({ content }).priority).toBe(priority));

  test('keywords and length can be turned off', () => {
    const content = 'urgent'.padEnd(20_000);
    expect(decide({ content, keywords: false }).reason).toBe('content_length');
    expect(decide({ content, keywords: false, longContent: 0 }).reason).toBe('default');
  });
});
