'use strict';

// One connection at a time. When it breaks, another one is tried after a while that doubles with each failure, and that is
// not the same for everyone: else all pages would come back in the same moment after a restart of the server.

const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const NOTES_KEPT = 500;

// Close codes after which the server would only say the same again.
const POLICY_VIOLATION = 1008;

const at = (id) => document.getElementById(id);

let socket; // undefined: nobody has entered
let me = '';
let failures = 0;
let timer;

function connect() {
  clearTimeout(timer);
  at('retry').hidden = true;
  const room = at('room').value.trim();
  const name = at('name').value.trim();
  tell('Connecting …');
  const address = new URL(`chat/${encodeURIComponent(room)}?name=${encodeURIComponent(name)}`, location);
  address.protocol = address.protocol.replace('http', 'ws');
  address.hash = '';
  const current = new WebSocket(address);
  socket = current;
  current.addEventListener('message', ({ data }) => {
    const event = JSON.parse(data);
    handlers[event.type]?.(event);
  });
  current.addEventListener('close', ({ code, reason }) => {
    if (socket !== current) {
      return; // left, or entered again
    }
    showPeople([]);
    if (code === POLICY_VIOLATION) {
      showEntrance(reason);
    } else {
      tryLater(reason);
    }
  });
}

function tryLater(reason) {
  const wait = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** failures++) * (0.5 + Math.random() / 2);
  timer = setTimeout(connect, wait);
  tell(`${reason || 'Not connected.'} Trying again in ${Math.ceil(wait / 1000)} s.`, true);
  at('retry').hidden = false;
}

function leave() {
  const left = socket;
  socket = undefined;
  clearTimeout(timer);
  left?.close(1000);
  showEntrance('');
}

const handlers = {
  welcome({ room, name, people }) {
    failures = 0;
    me = name;
    at('where').textContent = room;
    tell(`Connected as ${name}.`);
    showPeople(people);
    note(people.length === 1 ? 'Nobody else is here yet.' : `${people.length} people are here.`);
  },
  joined({ name, people }) {
    showPeople(people);
    note(`${name} came.`);
  },
  left({ name, people }) {
    showPeople(people);
    note(`${name} left.`);
  },
  said({ name, text, time }) {
    const when = element('time', new Date(time).toLocaleTimeString([], { timeStyle: 'short' }));
    when.dateTime = time;
    const by = element('div', '', 'by');
    by.append(element('b', name), ' ', when);
    const said = element('article', '', name === me ? 'said mine' : 'said');
    said.append(by, element('div', text, 'what'));
    add(said);
  },
  problem({ text }) {
    note(text);
  },
};

function element(tag, text, className = '') {
  const made = document.createElement(tag);
  made.textContent = text; // never as HTML: others wrote it
  made.className = className;
  return made;
}

function note(text) {
  add(element('p', text, 'note'));
}

// Scrolls along, unless somebody has scrolled back to read.
function add(child) {
  const log = at('log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(child);
  while (log.childElementCount > NOTES_KEPT) {
    log.firstElementChild.remove();
  }
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

function showPeople(people) {
  at('people').replaceChildren(...people.map((name) => element('li', name === me ? `${name} (you)` : name)));
}

function tell(text, alarm = false) {
  at('status').textContent = text;
  at('status').className = alarm ? 'alarm' : '';
}

function showEntrance(refusal) {
  socket = undefined;
  at('chat').hidden = true;
  at('entrance').hidden = false;
  at('refusal').textContent = refusal;
  at('name').focus();
}

at('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  history.replaceState(null, '', `#${encodeURIComponent(at('room').value.trim())}`);
  at('refusal').textContent = '';
  at('log').replaceChildren();
  at('where').textContent = at('room').value.trim();
  at('entrance').hidden = true;
  at('chat').hidden = false;
  at('text').focus();
  failures = 0;
  connect();
});

at('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = at('text').value.trim();
  if (text && socket.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ text }));
    at('text').value = '';
  }
  at('text').focus();
});

at('text').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at('say').requestSubmit();
  }
});

at('leave').addEventListener('click', leave);
at('retry').addEventListener('click', connect);
window.addEventListener('online', () => {
  if (socket?.readyState === WebSocket.CLOSED) {
    connect();
  }
});

if (location.hash) {
  at('room').value = decodeURIComponent(location.hash.slice(1));
}
at('name').focus();
