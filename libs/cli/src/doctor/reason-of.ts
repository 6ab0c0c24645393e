/** Why something could not be reached, in the words of whoever noticed. */
export function reasonOf(error: unknown): string {
  const { code, message, cause, errors } = error as {
    code?: string;
    message?: string;
    cause?: unknown;
    errors?: readonly unknown[];
  };
  // An address with several IPs fails once for each of them, and says nothing itself.
  if (errors && errors.length > 0) return reasonOf(errors[0]);
  if (cause !== undefined && cause !== null) return reasonOf(cause);
  if (message !== undefined && message !== '') return message;
  return code ?? String(error);
}
