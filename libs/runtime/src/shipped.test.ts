import { describe, expect, test } from 'vitest';
import { isOnDisk, listShipped, readPlace, readShipped, readShippedText, shippedPlace } from './shipped.js';

describe('files that come with the system', () => {
  test('are found beside the code, wherever the process was started', () => {
    const place = shippedPlace('configs/providers.yaml');
    expect(place).toMatch(/^\/.*\/configs\/providers\.yaml$/);
    expect(isOnDisk(place)).toBe(true);
    expect(Buffer.from(readPlace(place)).toString()).toBe(readShippedText('configs/providers.yaml'));
    expect(readShippedText('configs/providers.yaml')).toContain('providers:');
  });

  test('are listed by their folder', () => {
    expect(listShipped('examples')).toContain('examples/index.html');
    expect(listShipped('no-such-folder')).toEqual([]);
  });

  test('may be missing', () => {
    expect(readShipped('configs/nothing.yaml')).toBeUndefined();
    expect(readShippedText('configs/nothing.yaml')).toBeUndefined();
    expect(() => readPlace(shippedPlace('configs/nothing.yaml'))).toThrow('ENOENT');
  });

  test('are no files on the disk when they are inside of the executable', () => {
    expect(isOnDisk('llmq:configs/providers.yaml')).toBe(false);
  });
});
