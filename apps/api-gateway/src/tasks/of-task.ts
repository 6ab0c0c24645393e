import { AppError, messageIdOf } from '#contracts';

/**
 * Does something with the message that a task is.
 * @throws AppError task_not_found, and what the work throws
 */
export async function ofTask<T>(taskId: string, work: (messageId: string) => Promise<T>): Promise<T> {
  const messageId = messageIdOf(taskId);
  if (messageId === undefined) throw notFound(taskId);
  try {
    return await work(messageId);
  } catch (error) {
    throw error instanceof AppError && error.code === 'message_not_found' ? notFound(taskId) : error;
  }
}

function notFound(taskId: string): AppError {
  return new AppError('task_not_found', `There is no task ${taskId}`);
}
