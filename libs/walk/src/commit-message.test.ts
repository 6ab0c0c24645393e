import { expect, test } from 'vitest';
import { AppError } from '#contracts';
import { type Conversations } from '#conversations';
import { type MessageLedger, type NewMessageRow } from '#ledger';
import { type Admission } from './admission.js';
import { type Announce } from './announce.js';
import { CommitMessage } from './commit-message.js';

const ROW = { tenant_id: 'second', user_id: 'ada', conversation_id: 'conv_123' } as NewMessageRow;

/** A ledger that knows conversations by tenant, and in which an id is there once for all tenants, as a primary key is. */
function ledgerWith(owners: Map<string, string>) {
  const ledger = {
    insert: ({ tenant_id, conversation_id }: NewMessageRow) =>
      owners.get(conversation_id!) === tenant_id
        ? Promise.resolve({ isNew: true })
        : Promise.reject(new AppError('conversation_not_found', 'There is no such conversation')),
  } as unknown as MessageLedger;
  const conversations = {
    begin: (tenantId: string, id: string) => {
      if (owners.has(id)) return Promise.resolve(undefined);
      owners.set(id, tenantId);
      return Promise.resolve({ id });
    },
  } as unknown as Conversations;
  return { ledger, conversations };
}

function commitTo(owners: Map<string, string>, begin_unknown = true) {
  const { ledger, conversations } = ledgerWith(owners);
  const told: string[] = [];
  const announce = {
    conversation: ({ id }: { id: string }) => told.push(id),
  } as unknown as Announce;
  const admission = { inTime: <T>(commit: Promise<T>) => commit } as unknown as Admission;
  const settings = { value: { begin_unknown } } as never;
  return { told, commit: new CommitMessage(ledger, admission, conversations, announce, settings) };
}

test('begins the conversation that a message names, and tells of it', async () => {
  const owners = new Map<string, string>();
  const { commit, told } = commitTo(owners);
  expect(await commit.run(ROW)).toEqual({ isNew: true });
  expect(owners).toEqual(new Map([['conv_123', 'second']]));
  expect(told).toEqual(['conv_123']);
});

test('an id that is another tenant’s is refused with what to do', async () => {
  const { commit, told } = commitTo(new Map([['conv_123', 'first']]));
  await expect(commit.run(ROW)).rejects.toMatchObject({
    code: 'conversation_not_found',
    message: expect.stringMatching(/conv_123 is in use elsewhere; choose another/),
  });
  expect(told).toEqual([]);
});

test('where clients may not choose ids, an unknown one is refused as it is', async () => {
  const { commit } = commitTo(new Map(), false);
  await expect(commit.run(ROW)).rejects.toThrow('There is no such conversation');
});

test.each([null, 'no spaces', 'x'.repeat(65)])('begins nothing under %j', async (conversation_id) => {
  const { commit } = commitTo(new Map());
  await expect(commit.run({ ...ROW, conversation_id })).rejects.toThrow('There is no such conversation');
});
