import { describe, expect, test } from 'vitest';
import { type ChatMessage } from '#providers';
import { contextWindow, type Turn } from './context-window.js';

/** One token for each character. */
const count = (messages: readonly ChatMessage[]) =>
  messages.reduce((sum, { content }) => sum + content.length, 0);

const turns: Turn[] = [
  { content: 'q3', reply: 'a3' },
  { content: 'q2', reply: 'a2' },
  { content: 'q1', reply: 'a1' },
];
const contents = (messages: readonly ChatMessage[]) => messages.map(({ content }) => content);

describe('contextWindow', () => {
  test('puts the system context first and the turns in their order', () => {
    expect(contextWindow(['be kind'], turns, 'now', 100, count)).toEqual([
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'q1' },
      { role: 'assistant', content: 'a1' },
      { role: 'user', content: 'q2' },
      { role: 'assistant', content: 'a2' },
      { role: 'user', content: 'q3' },
      { role: 'assistant', content: 'a3' },
      { role: 'user', content: 'now' },
    ]);
  });

  test('drops the oldest turns first, whole', () => {
    expect(contents(contextWindow(['sys'], turns, 'now', 15, count))).toEqual([
      'sys',
      'q2',
      'a2',
      'q3',
      'a3',
      'now',
    ]);
    expect(contents(contextWindow(['sys'], turns, 'now', 13, count))).toEqual(['sys', 'q3', 'a3', 'now']);
  });

  test('keeps context and message even where they alone are too long', () => {
    expect(contents(contextWindow(['sys'], turns, 'now', 1, count))).toEqual(['sys', 'now']);
  });

  test('has no empty system message', () => {
    expect(contents(contextWindow([''], [], 'now', 10, count))).toEqual(['now']);
  });
});
