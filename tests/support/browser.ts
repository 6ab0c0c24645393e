import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '#testing';

/** It calls nobody but the pages under test. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A real browser; where there is none it is installed, which takes minutes. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: ARGS });
}
