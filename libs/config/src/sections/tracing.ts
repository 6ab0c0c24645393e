import { z } from 'zod';
import { flag, fraction, optionalUrl, word } from '../fields.js';
import { section } from './section.js';

const HEADERS = /^(\s*[\w-]+=([^\s,%]|%[\da-fA-F]{2})+\s*(,|$))*$/;

export const tracing = section(
  {
    endpoint: optionalUrl(/^https?:$/, {
      env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      description:
        'Collector of OpenTelemetry that takes OTLP over HTTP, without `/v1/traces`; empty: nothing is traced.',
    }),
    headers: z
      .string()
      .regex(HEADERS, 'must be name=value,name=value, with values as in a URL')
      .transform((given) => (given === '' ? undefined : given))
      .optional()
      .meta({
        env: 'OTEL_EXPORTER_OTLP_HEADERS',
        secret: true,
        description: 'What the collector wants to see, such as `authorization=Bearer%20…`.',
      }),
    service_name: word('llm-message-queue', {
      env: 'OTEL_SERVICE_NAME',
      description: 'Under which name the spans stand there.',
    }),
    sample_ratio: fraction(1, {
      env: 'OTEL_TRACES_SAMPLER_ARG',
      description: 'Part of the traces that begin here; of one that the caller has begun he decides.',
    }),
    contents: flag(false, {
      env: 'TRACE_CONTENTS',
      description: 'Whether spans hold prompts and replies, for whoever may read the traces.',
    }),
    to_providers: flag(false, {
      env: 'TRACE_TO_PROVIDERS',
      description: 'Whether providers are sent `traceparent`, so that they can go on with the trace.',
    }),
  },
  'Traces: the way of each message through all processes.',
);
