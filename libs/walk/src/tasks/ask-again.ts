import { AppError, type FieldProblem } from '#contracts';
import { type ChatMessage } from '#providers';
import { type Task } from './task.js';

/** So much of a bad answer is shown to its model. */
const MOST_SHOWN = 20_000;

/** An error message is read by people. */
const MOST_CHARACTERS = 2_000;

/** The prompt by which a model corrects its answer. */
export function promptAgain(
  prompt: readonly ChatMessage[],
  { schema }: Task,
  answer: string,
  problems: readonly FieldProblem[],
): ChatMessage[] {
  const wrong = problems.map((problem) => `- ${wordsOf(problem)}`).join('\n');
  const content = [
    `Your answer cannot be used:\n${wrong}`,
    `Answer again with the whole result, as JSON of this schema and nothing else:\n${JSON.stringify(schema)}`,
  ].join('\n\n');
  return [...prompt, { role: 'assistant', content: cut(answer, MOST_SHOWN) }, { role: 'user', content }];
}

export function resultInvalid(problems: readonly FieldProblem[]): AppError {
  const wrong = problems.map(wordsOf).join('; ');
  return new AppError(
    'result_invalid',
    cut(`Asked twice, the model gave no such result: ${wrong}`, MOST_CHARACTERS),
    {
      fields: problems,
    },
  );
}

function wordsOf({ field, message }: FieldProblem): string {
  return `${field === '' ? 'it' : field} ${message}`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
