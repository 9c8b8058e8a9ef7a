// Headless Chromium with pages that are used as people use them: by what is written on fields and buttons. The arguments are the
// folder that has playwright-core, and the browser. A line on stdin is a JSON array of a page's name, a command and its arguments;
// each is answered with one line of JSON, {"result"} or {"error"}. It ends when stdin does.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const [folder, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(resolve(folder, 'package.json'))('playwright-core');

// A browser at rest looks up its maker's hosts; a test has no business outside this machine.
const OFFLINE = [
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LIMIT = 20_000;

const browser = await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: OFFLINE });
const pages = new Map();
const complaints = new Map();

const commands = {
  // Every page has a context of its own: what a second person's browser is.
  async open(name, url) {
    const context = await browser.newContext({ viewport: { width: 900, height: 640 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT);
    const said = [];
    page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    pages.set(name, page);
    complaints.set(name, said);
    return (await page.goto(url)).headers();
  },
  fill: (name, label, text) => pages.get(name).getByLabel(label, { exact: true }).fill(text),
  press: (name, key) => pages.get(name).keyboard.press(key),
  click: (name, button) => pages.get(name).getByRole('button', { name: button }).click(),
  // Waits until the element of this role has this text.
  see: (name, role, text) => pages.get(name).getByRole(role).filter({ hasText: text, visible: true }).first().waitFor(),
  text: (name, selector) => pages.get(name).locator(selector).innerText(),
  complaints: (name) => complaints.get(name),
  close: (name) => pages.get(name).context().close(),
};

console.log(JSON.stringify({ result: browser.version() }));
for await (const line of createInterface({ input: process.stdin })) {
  const [name, command, ...args] = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: (await commands[command](name, ...args)) ?? null }));
  } catch (e) {
    console.log(JSON.stringify({ error: e.message }));
  }
}
await browser.close();
process.exit(0);
