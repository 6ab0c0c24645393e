import { type FakeUpstream } from '../upstream/fake-upstream.js';

/** Makes the fake upstream the provider of a system. */
export function openAiEnv({ url }: FakeUpstream): Record<string, string> {
  return { OPENAI_API_KEY: 'sk-of-the-tests', OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: 'fake-model' };
}
