import { expect } from 'vitest';
import { eventually } from '#testing';
import { type Client } from './client.js';

interface KeyView {
  readonly id: string;
  readonly status: string;
}

/** Waits until a provider's only key is out because it was refused, and puts it back. */
export async function putKeyBack(client: Client, provider: string): Promise<void> {
  const path = `/api/v1/providers/${provider}`;
  const key = await eventually(async () => {
    const { body } = await client.get(`${path}/balancing`);
    const [only] = body.keys as [KeyView];
    expect(only.status).toBe('resting');
    return only.id;
  });
  const { body } = await client.post(`${path}/keys/${key}/restore`, {});
  expect(body.keys).toMatchObject([{ status: 'in_use' }]);
}
