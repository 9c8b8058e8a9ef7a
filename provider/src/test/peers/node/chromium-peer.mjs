// Headless Chromium, steered as ../README.md says; the program's path is the argument.
import { chromium } from 'playwright-core';
import { report, serve } from './lines.mjs';

// A browser at rest looks up its maker's hosts; a test has no business outside this machine.
const OFFLINE = [
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const browser = await chromium.launch({
  executablePath: process.argv[2],
  headless: true,
  chromiumSandbox: false,
  args: OFFLINE,
});

async function run(name, script, options = '{}') {
  const context = await browser.newContext(JSON.parse(options));
  try {
    const page = await context.newPage();
    report('result', name, await page.evaluate(`(async () => {${script}})()`));
  } finally {
    await context.close();
  }
}

report('ready', 'browser', browser.version());
await serve({ run });
await browser.close();
process.exit(0);
