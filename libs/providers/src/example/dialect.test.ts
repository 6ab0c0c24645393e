import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../../../../tests/upstream/fake-upstream.js';
import { HttpProvider } from '../http/http-provider.js';
import { specOf } from '../http/http-stage.conformance.js';
import { conformsToProvider } from '../provider.conformance.js';
import { readRecording, replaysRecordings, stageOfRecordings } from '../recordings.conformance.js';
import { OLLAMA_CHAT } from './dialect.js';

const folder = `${import.meta.dirname}/fixtures`;
const open = () => new HttpProvider(specOf('openai-compatible'), OLLAMA_CHAT);

describe("recorded answers of Ollama's own API", () => {
  replaysRecordings({ folder, open, names: ['text', 'tools', 'reasoning', 'cut', 'unavailable'] });
});

describe("Ollama's own API", () => {
  const provider = open();
  let upstream: FakeUpstream;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });
  beforeEach(() => upstream.behave({ raw: readRecording(`${folder}/text.http`) }));
  afterAll(async () => {
    await provider.close();
    await upstream.close();
  });

  conformsToProvider(() => Promise.resolve(stageOfRecordings(folder, provider, upstream)));
});
