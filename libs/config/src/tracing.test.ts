import { expect, test } from 'vitest';
import { EffectiveSettings } from './effective-settings.js';
import { loadConfig } from './load-config.js';
import { TracingSettings } from './settings.js';

const settings = (env: Record<string, string>) => new TracingSettings(loadConfig({ env }).tracing);

test('nothing is traced unless a collector is named', () => {
  const { value, headers } = settings({});
  expect(value.endpoint).toBeUndefined();
  expect(value).toMatchObject({ contents: false, to_providers: false, sample_ratio: 1 });
  expect(headers).toEqual({});
});

test('headers are read as others read the variable, and never shown', () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hush, x-token=aGk=' };
  expect(settings(env).headers).toEqual({ authorization: 'Bearer hush', 'x-token': 'aGk=' });
  const shown = new EffectiveSettings(loadConfig({ env: { OTEL_EXPORTER_OTLP_HEADERS: 'a=hush' } })).list();
  expect(shown.find(({ name }) => name === 'tracing.headers')?.value).toBe('(set)');
  expect(new EffectiveSettings(loadConfig({ env: {} })).list()).toContainEqual(
    expect.objectContaining({ name: 'tracing.headers', value: null }),
  );
});

test.each(['authorization', 'a b=c', 'a=%zz', 'a=b c'])('the headers %j are refused', (given) => {
  expect(() => settings({ OTEL_EXPORTER_OTLP_HEADERS: given })).toThrow('tracing.headers');
});
