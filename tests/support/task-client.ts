import { createParser } from 'eventsource-parser';
import { eventually } from '#testing';
import { type Answer, Client } from './client.js';

const OVER = ['completed', 'failed', 'timeout', 'cancelled'];

/** A client of tasks, as one would write it from their API alone. */
export class TaskClient extends Client {
  /** The id of a task that was accepted. */
  async submit(task: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { status, body } = await this.post('/api/v1/tasks', { type: 'custom', prompt: 'Hello', ...task });
    if (status !== 201) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
    return body.task_id as string;
  }

  task(id: string): Promise<Answer> {
    return this.get(`/api/v1/tasks/${id}`);
  }

  /** The task once it is over. */
  async done(id: string, timeoutMs = 20_000): Promise<Answer['body']> {
    const check = async () => {
      const { body } = await this.task(id);
      if (!OVER.includes(body.status as string))
        throw new Error(`still ${body.status}: ${JSON.stringify(body)}`);
      return body;
    };
    return eventually(check, { timeoutMs });
  }

  /** Everything that a processed task says, to the end of its stream. */
  async process(task: Readonly<Record<string, unknown>>): Promise<Answer['body'][]> {
    const response = await fetch(`${this.url}/api/v1/process/stream`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'custom', prompt: 'Hello', ...task }),
      signal: AbortSignal.timeout(20_000),
    });
    if (response.status !== 200) throw new Error(`no stream: ${response.status} ${await response.text()}`);
    const events: Answer['body'][] = [];
    const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data)) });
    parser.feed(await response.text());
    return events;
  }
}
