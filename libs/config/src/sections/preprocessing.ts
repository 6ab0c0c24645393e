import { flag, whole } from '../fields.js';
import { section } from './section.js';

export const preprocessing = section(
  {
    analysis: flag(true, {
      env: 'PREPROCESSING_ANALYSIS',
      description:
        'Whether `metadata.analysis` of a message gets its words, question, sentiment and language.',
    }),
    keywords: flag(true, {
      env: 'PREPROCESSING_KEYWORDS',
      description:
        'Whether words such as `urgent` or `asap` raise the priority of a message for which nothing else decides.',
    }),
    long_content: whole(
      10_000,
      { min: 0, max: 4_000_000 },
      {
        env: 'PREPROCESSING_LONG_CONTENT',
        unit: 'characters',
        description: 'Longer content gets the priority low when nothing else decides; 0: never.',
      },
    ),
  },
  'How a message that names no priority gets one.',
);
