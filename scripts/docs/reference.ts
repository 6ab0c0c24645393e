import { type ErrorCode, ERRORS, FIXES } from '#contracts';

/** `docs/errors.md`: every error code that a client can see. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, row]) => {
    const seedCode = 'seedCode' in row ? row.seedCode : '';
    return `| \`${code}\` | ${row.status} | ${row.retryable ? 'yes' : 'no'} | ${row.title} | ${FIXES[code as ErrorCode]} | ${seedCode} |`;
  });
  return `<!-- Made by \`npm run docs\` from libs/contracts/src/errors.ts and error-fixes.ts; a test holds it against the code. -->

# Errors

Every failed request is answered with \`application/problem+json\` (RFC 9457): \`type\`, \`title\`, \`status\`, a stable \`code\`, \`detail\`, the \`request_id\`, and \`errors\` with the name of each bad field and what to change. Decide by \`code\`, never by text. The same codes stand in \`error.code\` of a message that failed and in the \`end\` event of its stream. \`GET /errors/{code}\` explains one. Below \`/v1\` errors are [OpenAI's](openai.md#failures).

*Again* says whether the same request may succeed later; \`retry-after\` (seconds) and \`retry-after-ms\` say when.

| code | status | again | meaning | what to do | seed code |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
