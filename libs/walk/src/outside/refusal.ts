import { AppError, isFinal, type ReportedStatus } from '#contracts';
import { type Standing } from '#ledger';

/** Where a worker may bring a message that it has: `processing` again renews, `pending` gives it back. */
const FROM_PROCESSING: readonly ReportedStatus[] = [
  'processing',
  'completed',
  'failed',
  'timeout',
  'pending',
];

/** What a worker of somebody else may say of a message that stands like this. */
export function allowedFrom(standing: Standing, workerId: string): readonly ReportedStatus[] {
  const { status, leased, isHead, expired, cancelRequested } = standing;
  if (isFinal(status) || status === 'scheduled') return [];
  if (status === 'processing' && standing.workerId === workerId) return FROM_PROCESSING;
  if (status === 'processing') return leased || cancelRequested ? [] : ['processing'];
  return isHead && !expired ? ['processing'] : [];
}

/** Says why a message cannot go to a status, and where it can go. */
export function refusal(standing: Standing, workerId: string, wanted: ReportedStatus): AppError {
  const allowed = allowedFrom(standing, workerId);
  const detail =
    allowed.includes(wanted) && standing.workerId === workerId
      ? `This worker has the message in attempt ${standing.attempt}, not in an earlier one`
      : `The message is ${standing.status}${because(standing, workerId)}, so it cannot become ${wanted}`;
  const message = allowed.length > 0 ? `may be ${allowed.join(', ')}` : 'can not be changed now';
  return new AppError('invalid_transition', detail, { fields: [{ field: 'status', message }] });
}

function because(standing: Standing, workerId: string): string {
  const { status, leased, isHead, expired } = standing;
  if (isFinal(status) || status === 'scheduled') return '';
  if (status === 'processing') return leased && standing.workerId !== workerId ? ' by another worker' : '';
  if (!isHead) return ' and has to wait for an earlier message of its conversation';
  return expired ? ' and has waited longer than it may' : '';
}
