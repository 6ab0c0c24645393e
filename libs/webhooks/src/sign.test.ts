import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signatureHeaders } from './sign.js';

const SIGNED = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: '{"test": 2432232314}',
};

describe('the signature of a callback', () => {
  test('is the one of the example in the standard', () => {
    expect(signatureHeaders(SIGNED, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
      'webhook-id': SIGNED.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('is made by every secret, whatever form it has', () => {
    const headers = signatureHeaders(SIGNED, ['whsec_c2VjcmV0', 'secret']);
    const one = createHmac('sha256', 'secret')
      .update(`${SIGNED.id}.1614265330.${SIGNED.body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${one} v1,${one}`);
  });

  test('is left out without a secret', () => {
    expect(Object.keys(signatureHeaders(SIGNED, []))).toEqual(['webhook-id', 'webhook-timestamp']);
  });
});
